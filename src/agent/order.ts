import type { FileOrder } from "../render/mod.ts";
import type { FileUnit, Unit } from "./spec.ts";

/** The text of a file with this port in the place of the child's. */
export type ForPort = (port: number) => Promise<string>;

/** What has to be on disk for a unit. */
export interface UnitOrder extends FileOrder {
	/** There where the file holds the child's private port: `content`, by which it is compared, has another there. */
	readonly forPort?: ForPort;
}

/** What has to be on disk for a unit. @param content `undefined` removes the file */
export function orderOf(unit: FileUnit, content: string | undefined): UnitOrder {
	return {
		...placeOf(unit),
		content,
		mode: unit.mode,
		isNotified: unit.onChange.kind !== "none",
	};
}

/** Where the files among the units are to stand. */
export function placesOf(units: readonly Unit[]): readonly ReturnType<typeof placeOf>[] {
	return units.filter((unit) => unit.kind === "file").map(placeOf);
}

function placeOf({ destination: path, user, group }: FileUnit) {
	return { path, ...(user !== undefined && { user }), ...(group !== undefined && { group }) };
}
