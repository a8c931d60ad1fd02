import type { FileOrder } from "../render/mod.ts";
import type { FileUnit } from "./spec.ts";

/** What has to be on disk for a unit. @param content `undefined` removes the file */
export function orderOf(unit: FileUnit, content: string | undefined): FileOrder {
	return {
		path: unit.destination,
		content,
		mode: unit.mode,
		isNotified: unit.onChange.kind !== "none",
		...(unit.user !== undefined && { user: unit.user }),
		...(unit.group !== undefined && { group: unit.group }),
	};
}
