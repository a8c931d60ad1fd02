import { type Config, ConfigError, type Flags, loadConfig } from "../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import type { CommonFlags } from "./common-flags.ts";
import type { World } from "./world.ts";

/** What a command line says of its config. */
export interface ConfigFlags extends CommonFlags, Omit<Flags, keyof CommonFlags | "templates"> {
	/** What another program drops silently in a config of its own is refused. */
	readonly strict?: boolean;
}

/**
 * The config for a command, from `--config` or `AGENT_CONFIG`, variables and flags. What is not called `.yaml` may be
 * another program's, or a folder of such.
 */
export async function configFor(flags: ConfigFlags, world: World, needsServer = true): Promise<Config> {
	const { config, template: templates, strict = false, ...others } = flags;
	const file = config || world.env["AGENT_CONFIG"];
	const given: Flags = { ...others, ...(templates && { templates }) };
	let readFile = world.readText;
	if (file && !/\.ya?ml$/i.test(file)) {
		const { toldConfig } = await import("./foreign/told-config.ts");
		const told = await toldConfig(file, { flags: given, isStrict: strict, needsServer }, world);
		if (told.kind === "foreign") return told.config;
		readFile = told.readFile;
	}
	return await loadConfig({
		...(file && { file }),
		readFile,
		env: world.env,
		flags: given,
		cwd: world.cwd,
		isTerminal: world.stderr.isTerminal,
		needsServer,
	});
}

/**
 * The config, where it asks for nothing that is not there.
 *
 * @throws ConfigError with all that another program would do and this one does not; before anything is written
 */
export function runnable(config: Config): Config {
	if (config.unsupported.length > 0) throw new ConfigError(config.unsupported);
	return config;
}

/**
 * The config of an agent that is to run.
 *
 * @param advice what to do about one that has nothing to do; default: as for a config of our own
 * @throws AgentError for one that has nothing to do, or asks for what is not there
 */
export function startable(config: Config, advice?: string): Config {
	if (config.templates.length === 0 && config.exec === undefined && !hasSinks(config))
		throw nothingToRender(config.origin, advice);
	return runnable(config);
}

export async function logFor(config: Config, world: World): Promise<Log> {
	return await world.makeLog(config.log.level, config.log.format);
}

/** An agent with sinks has work without anything to render: it keeps a token in them. */
export function hasSinks({ auth }: Config): boolean {
	return auth !== undefined && auth.sinks.length > 0;
}

/** @param origin where the config came from */
export function nothingToRender(
	origin: string,
	advice = "add templates, or name a config file with --config or AGENT_CONFIG",
): AgentError {
	return new AgentError("there is nothing to render: the config has no templates, no child and no sinks", {
		code: "E_CONFIG",
		exitCode: ExitCode.usage,
		rows: { ...(origin !== "" && { at: origin }), do: advice },
	});
}
