import type { Config } from "../config/mod.ts";
import { Delivery } from "../render/mod.ts";
import type { World } from "./world.ts";

/** What puts files in place. @param before the one of the config before this */
export function deliveryOf(
	{ allowedRoots }: Pick<Config, "allowedRoots">,
	world: Pick<World, "fs" | "uid" | "clock">,
	before?: Delivery,
): Delivery {
	const { fs, uid, clock } = world;
	return new Delivery({ fs, clock, links: { uid, allowedRoots } }, before);
}

/** What templates see besides secrets. */
export function surroundingsOf({ exec }: Pick<Config, "exec">, world: World) {
	return {
		hasPort: exec?.rolling !== undefined,
		env: (name: string) => world.env[name],
		readFile: world.readFileSync,
		now: () => world.clock.date(),
		interfaces: world.networkInterfaces,
	};
}
