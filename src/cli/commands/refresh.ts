import { ExitCode } from "../../kernel/mod.ts";
import { askAgent } from "../status/agent-client.ts";
import type { CommonFlags } from "../common-flags.ts";
import { configFor } from "../load.ts";
import type { World } from "../world.ts";

/** `agent refresh`: has the running agent read its config and every secret now. */
export async function refresh(flags: CommonFlags, world: World): Promise<number> {
	const config = await configFor(flags, world, false);
	await askAgent(config, { method: "POST", path: "/v1/refresh", expects: "accepted" }, world);
	world.stdout.write("the agent reads its config and every secret now; agent status tells how it went\n");
	return ExitCode.done;
}
