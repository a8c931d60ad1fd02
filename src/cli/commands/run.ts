import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { configFor, runnable } from "../load.ts";
import type { CommonFlags } from "../common-flags.ts";
import { serve } from "../serve/serve.ts";
import type { World } from "../world.ts";

/** `agent run -- CMD`: the wrapper around a command. */
export async function run(command: readonly string[], flags: CommonFlags, world: World): Promise<number> {
	const load = async () => {
		const config = await configFor({ ...flags, ...(command.length > 0 && { command }) }, world);
		if (config.exec === undefined) throw noCommand();
		return runnable(config);
	};
	return await serve(load, world);
}

function noCommand(): AgentError {
	return new AgentError("there is no command to run", {
		code: "E_USAGE",
		exitCode: ExitCode.usage,
		rows: {
			do: "write it after --, such as: agent run --env KEY=secret/data/x#y -- litellm --config config.yaml",
		},
	});
}
