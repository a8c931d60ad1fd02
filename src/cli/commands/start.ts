import { configFor, startable } from "../load.ts";
import type { CommonFlags } from "../common-flags.ts";
import { serve } from "../serve/serve.ts";
import type { World } from "../world.ts";

/** `agent start`: sidecar or init container. */
export async function start(flags: CommonFlags, world: World): Promise<number> {
	return await serve(async () => startable(await configFor(flags, world)), world);
}
