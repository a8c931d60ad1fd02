import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { configFor, logFor } from "../load.ts";
import type { CommonFlags } from "../program.ts";
import { serve } from "../serve.ts";
import type { World } from "../world.ts";

/** `agent start`: sidecar or init container. */
export async function start(flags: CommonFlags, world: World): Promise<number> {
	const config = await configFor(flags, world);
	if (config.templates.length === 0 && config.exec === undefined) {
		throw new AgentError("there is nothing to render: the config has neither templates nor a child", {
			code: "E_CONFIG",
			exitCode: ExitCode.usage,
			rows: { at: config.origin, do: "add templates, or name a config file with --config or AGENT_CONFIG" },
		});
	}
	return await serve(config, world, await logFor(config, world));
}
