import { renderUnits, type Unit } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import type { Piece } from "../../template/mod.ts";
import { deliveryOf, surroundingsOf } from "../assemble.ts";
import { lookingOnly, refuseToUseUp } from "../link/looking-login.ts";
import { openStanding } from "../link/open-standing.ts";
import { vaultParts } from "../link/vault-parts.ts";
import { logFor } from "../load.ts";
import type { World } from "../world.ts";
import type { Side } from "./side.ts";

/** Renders all units from one reading of Vault; the login leaves nothing behind. */
export async function renderOnline(
	config: Config,
	units: readonly Unit[],
	world: World,
): Promise<readonly Side[]> {
	refuseToUseUp(config);
	const log = await logFor(config, world);
	const standing = await openStanding({ config, units }, { world, log, delivery: deliveryOf(config, world) });
	const { links, store } = vaultParts(lookingOnly(config), {
		world,
		log,
		isOnePass: true,
		...(standing && { standing }),
	});
	try {
		const surroundings = { ...surroundingsOf(config, world), hasPort: false };
		const renderings = await renderUnits(units, { store, surroundings }, new AbortController().signal);
		return units.map((unit): Side => {
			const rendering = renderings.find((one) => one.unit === unit);
			if (rendering === undefined) throw new RangeError("Cannot be: every unit is rendered");
			if (rendering.kind === "error") return rendering;
			return { kind: "text", text: rendering.text, pieces: rendering.pieces as readonly Piece[] };
		});
	} finally {
		await links.end();
	}
}
