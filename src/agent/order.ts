import type { FileOrder } from "../render/mod.ts";
import type { FileUnit, Unit } from "./spec.ts";

/** What has to be on disk for a unit. @param content `undefined` removes the file */
export function orderOf(unit: FileUnit, content: string | undefined): FileOrder {
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
