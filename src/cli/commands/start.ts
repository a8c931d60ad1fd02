import { configFor, nothingToRender } from "../load.ts";
import type { CommonFlags } from "../common-flags.ts";
import { serve } from "../serve/serve.ts";
import type { World } from "../world.ts";

/** `agent start`: sidecar or init container. */
export async function start(flags: CommonFlags, world: World): Promise<number> {
	const load = async () => {
		const config = await configFor(flags, world);
		if (config.templates.length === 0 && config.exec === undefined) throw nothingToRender(config.origin);
		return config;
	};
	return await serve(load, world);
}
