import { loadCommandLines } from "../../compat/mod.ts";
import { ExitCode } from "../../kernel/mod.ts";
import { startable } from "../load.ts";
import { serve } from "../serve/serve.ts";
import type { World } from "../world.ts";
import type { ForeignCall } from "./call.ts";
import { type ForeignRequest, foreignConfig } from "./foreign-config.ts";

/** `envconsul`. */
export async function runEnvconsul({ words, name }: ForeignCall, world: World): Promise<number> {
	const { allOf, ENVCONSUL_FLAGS, envconsulSettings, helpPage, isOn, parseFlags } = await loadCommandLines();
	const given = parseFlags(words, ENVCONSUL_FLAGS, name);
	if (given.wantsHelp) {
		const example = `${name} -secret=secret/llm/openai -upcase -no-prefix litellm --config config.yaml`;
		const about =
			"Starts a command with the fields of secrets in its environment; envconsul's config as it is, run by keyturn.";
		world.stdout.write(helpPage({ call: `${name} [flags] COMMAND`, about, flags: ENVCONSUL_FLAGS, example }));
		return ExitCode.done;
	}
	if (isOn(given, "version", "v")) {
		world.stdout.write(`keyturn ${world.version}\n`);
		return ExitCode.done;
	}
	const request: ForeignRequest = {
		dialect: "envconsul",
		paths: allOf(given, "config"),
		said: envconsulSettings(given),
		flags: {},
	};
	const advice = `write ${name} -secret=PATH COMMAND, or give -config=FILE; ${name} -help lists the flags`;
	return await serve(async () => startable(await foreignConfig(request, world), advice), world);
}
