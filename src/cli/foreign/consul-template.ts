import { loadCommandLines } from "../../compat/mod.ts";
import { ExitCode } from "../../kernel/mod.ts";
import { startable } from "../load.ts";
import { serve } from "../serve/serve.ts";
import type { World } from "../world.ts";
import type { ForeignCall } from "./call.ts";
import { type ForeignRequest, foreignConfig } from "./foreign-config.ts";

/** `consul-template`. */
export async function runConsulTemplate({ words, name }: ForeignCall, world: World): Promise<number> {
	const { allOf, CONSUL_TEMPLATE_FLAGS, helpPage, isOn, parseFlags, saidByFlags, usage } =
		await loadCommandLines();
	const given = parseFlags(words, CONSUL_TEMPLATE_FLAGS, name);
	if (given.wantsHelp) {
		const example = `${name} -template=in.ctmpl:out.txt -once`;
		const about = "consul-template's config and templates as they are, run by keyturn, for what is in Vault.";
		world.stdout.write(helpPage({ call: `${name} [flags]`, about, flags: CONSUL_TEMPLATE_FLAGS, example }));
		return ExitCode.done;
	}
	if (isOn(given, "version", "v")) {
		world.stdout.write(`keyturn ${world.version}\n`);
		return ExitCode.done;
	}
	if (given.operands.length > 0) throw usage(`${name} takes flags alone, and found other words`, name);
	const request: ForeignRequest = {
		dialect: "consul-template",
		paths: allOf(given, "config"),
		said: saidByFlags(given, CONSUL_TEMPLATE_FLAGS),
		flags: {},
	};
	if (isOn(given, "parse-only")) {
		const { validateConfig } = await import("../commands/validate.ts");
		return await validateConfig(() => foreignConfig({ ...request, needsServer: false }, world), {}, world);
	}
	const advice = `give -template=in:out or -config=FILE; ${name} -help lists the flags`;
	return await serve(async () => startable(await foreignConfig(request, world), advice), world);
}
