import { nearest } from "../kernel/mod.ts";

/** Message of a schema issue whose value is not there at all; the problem's sentence names the key instead. */
export const MISSING = "missing";

/** `a, b or c`. */
export function alternatives(words: readonly string[]): string {
	const last = words.at(-1) ?? "";
	return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** Says what a word should have been. Quotes only words of our own, never what stood there. */
export function wrongWord(input: unknown, words: readonly string[], expected = alternatives(words)): string {
	if (input === undefined) return MISSING;
	if (typeof input !== "string") return `expected ${expected}`;
	const meant = nearest(input, words);
	return meant === undefined ? `expected ${expected}` : `expected ${expected}; did you mean "${meant}"?`;
}

/**
 * Says that a key is not known, and which one was meant.
 *
 * @param key the key as written
 * @param where path of the map that holds it; empty at the top
 * @param known the keys that the map may have
 */
export function unknownKey(key: string, where: string, known: readonly string[]): string {
	const longer = known.filter((word) => word.startsWith(`${key}_`));
	const meant = nearest(key, known) ?? (longer.length === 1 ? longer[0] : undefined);
	const advice = meant === undefined ? `known are ${known.join(", ")}` : `did you mean "${meant}"?`;
	return `unknown key "${key}" ${where === "" ? "at the top" : `in ${where}`}; ${advice}`;
}
