import { parseDuration } from "../kernel/mod.ts";
import type { Problem } from "./errors.ts";
import type { Places } from "./place.ts";

/** What every step of the normalization needs beside its own part of the settings. */
export interface Context {
	readonly places: Places;
	/** Where problems are gathered. */
	readonly problems: Problem[];
	/** Makes a path of the file absolute: it counts from the file's own folder. */
	readonly resolve: (path: string) => string;
}

/** Milliseconds of a duration that the schema has let through. */
export function milliseconds(duration: string | number): number {
	return Math.round(parseDuration(duration) ?? 0);
}

/** The object without the keys whose value is undefined: an optional key is left out, never set to nothing. */
export function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	const entries = Object.entries(object).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
