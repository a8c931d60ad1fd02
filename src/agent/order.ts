import type { FileOrder } from "../render/mod.ts";
import type { SideFile } from "./side-files.ts";
import type { FileUnit, Unit } from "./spec.ts";

/** The text of a file with this port in the place of the child's. */
export type ForPort = (port: number) => Promise<string>;

/** What has to be on disk for a unit. */
export interface UnitOrder extends FileOrder {
	/** The unit's own file, which this one is or stands beside. */
	readonly destination: string;
	/** There where the file holds the child's private port: `content`, by which it is compared, has another there. */
	readonly forPort?: ForPort;
}

/** What has to be on disk for a unit. @param content `undefined` removes the file */
export function orderOf(unit: FileUnit, content: string | undefined): UnitOrder {
	return {
		...placeOf(unit),
		content,
		mode: unit.mode,
		...(unit.keepsMode && { keepsMode: true }),
		destination: unit.destination,
		isNotified: unit.onChange.length > 0,
	};
}

/** What has to be on disk beside it. @param isRemoved they go with it */
export function ordersBeside(unit: FileUnit, files: readonly SideFile[], isRemoved = false): UnitOrder[] {
	const { destination, isNotified, folderMode, needsFolder } = orderOf(unit, undefined);
	return files.map(({ content, ...file }) => ({
		...file,
		content: isRemoved ? undefined : content,
		...(folderMode !== undefined && { folderMode }),
		...(needsFolder && { needsFolder }),
		destination,
		isNotified,
	}));
}

/** Where the files among the units are to stand. */
export function placesOf(units: readonly Unit[]): readonly ReturnType<typeof placeOf>[] {
	return units.filter((unit) => unit.kind === "file").map(placeOf);
}

function placeOf({ destination: path, user, group, folderMode, needsFolder, hasBackup }: FileUnit) {
	return {
		path,
		...(user !== undefined && { user }),
		...(group !== undefined && { group }),
		...(folderMode !== undefined && { folderMode }),
		...(needsFolder && { needsFolder }),
		...(hasBackup && { hasBackup }),
	};
}
