import { loadCommandLines } from "../../compat/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { startable } from "../load.ts";
import { serve } from "../serve/serve.ts";
import type { World } from "../world.ts";
import type { ForeignCall } from "./call.ts";
import { type ForeignRequest, foreignConfig } from "./foreign-config.ts";

/** `vault agent`. */
export async function runVaultAgent({ words, name }: ForeignCall, world: World): Promise<number> {
	const { AGENT_FLAGS, allOf, helpPage, isOn, lastOf, nativeSettings, parseFlags } = await loadCommandLines();
	const given = parseFlags(words, AGENT_FLAGS, name);
	if (given.wantsHelp) {
		const example = `${name} -config=/etc/vault/agent.hcl -exit-after-auth`;
		const about = "Vault Agent's config and templates as they are, run by keyturn.";
		world.stdout.write(helpPage({ call: `${name} [flags]`, about, flags: AGENT_FLAGS, example }));
		return ExitCode.done;
	}
	if (given.operands.length > 0) throw leftOver(name);
	const request: ForeignRequest = {
		dialect: "vault-agent",
		paths: pathsOf(allOf(given, "config"), world, name),
		isStrict: isOn(given, "strict"),
		isEscaped: lastOf(given, "escape") !== undefined,
		flags: { settings: nativeSettings(given, AGENT_FLAGS) },
	};
	if (isOn(given, "test-verify-only")) {
		const { validateConfig } = await import("../commands/validate.ts");
		return await validateConfig(() => foreignConfig({ ...request, needsServer: false }, world), {}, world);
	}
	return await serve(async () => startable(await foreignConfig(request, world)), world);
}

/** @throws AgentError `E_USAGE` where nothing names a config */
function pathsOf(flags: readonly string[], { env }: World, name: string): readonly string[] {
	if (flags.length > 0) return flags;
	const path = env["BAO_AGENT_CONFIG_PATH"] ?? env["VAULT_AGENT_CONFIG_PATH"];
	if (path) return [path];
	throw new AgentError(`${name} needs a config`, {
		code: "E_USAGE",
		exitCode: ExitCode.usage,
		rows: { do: `give -config=FILE, or set VAULT_AGENT_CONFIG_PATH; ${name} -help lists the flags` },
	});
}

function leftOver(name: string): AgentError {
	return new AgentError(
		`${name} takes flags alone; what follows the first word that is no flag is not read`,
		{
			code: "E_USAGE",
			exitCode: ExitCode.usage,
			rows: { do: `write each flag with =, such as -exit-after-auth=true; ${name} -help lists them` },
		},
	);
}
