import { type Config, type Flags, loadConfig } from "../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import type { CommonFlags } from "./common-flags.ts";
import type { World } from "./world.ts";

/** The config for a command, from `--config` or `AGENT_CONFIG`, variables and flags. */
export async function configFor(
	flags: CommonFlags & Omit<Flags, keyof CommonFlags | "templates">,
	world: World,
	needsServer = true,
): Promise<Config> {
	const { config, template: templates, ...others } = flags;
	const file = config ?? world.env["AGENT_CONFIG"];
	return await loadConfig({
		...(file !== undefined && file !== "" && { file }),
		readFile: (path) => world.readText(path),
		env: world.env,
		flags: { ...others, ...(templates && { templates }) },
		cwd: world.cwd,
		isTerminal: world.stderr.isTerminal,
		needsServer,
	});
}

export async function logFor(config: Config, world: World): Promise<Log> {
	return await world.makeLog(config.log.level, config.log.format);
}

/** @param origin where the config came from */
export function nothingToRender(origin: string): AgentError {
	return new AgentError("there is nothing to render: the config has neither templates nor a child", {
		code: "E_CONFIG",
		exitCode: ExitCode.usage,
		rows: { at: origin, do: "add templates, or name a config file with --config or AGENT_CONFIG" },
	});
}
