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

/** Whether a key can be repeated: what else stands where a key belongs may be a token, or another secret. */
export function isPlainName(key: string): boolean {
	return /^[\w.-]{1,64}$/.test(key) && !/^(hv[sbr]|s|b)\./.test(key);
}

/**
 * Says that a key is not known, and which one was meant. Quotes it only where it is a plain name.
 *
 * @param key the key as written
 * @param where path of the map that holds it; empty at the top
 * @param known the keys that the map may have
 */
export function unknownKey(key: string, where: string, known: readonly string[]): string {
	const place = where === "" ? "at the top" : `in ${where}`;
	if (!isPlainName(key))
		return `unknown key ${place}, not repeated here because it is no plain name; known are ${known.join(", ")}`;
	const meant = nearest(key, known) ?? longer(key, known);
	const advice = meant === undefined ? `known are ${known.join(", ")}` : `did you mean "${meant}"?`;
	return `unknown key "${key}" ${place}; ${advice}`;
}

/** The one that has more words, with those of the key among them in the same order, the first one first. */
function longer(key: string, known: readonly string[]): string | undefined {
	const words = key.split("_");
	const candidates = known.filter((one) => {
		const theirs = one.split("_");
		let at = 0;
		for (const word of theirs) if (word === words[at]) at++;
		return at === words.length && theirs[0] === words[0];
	});
	const least = Math.min(...candidates.map((one) => one.split("_").length));
	const [meant, ...others] = candidates.filter((one) => one.split("_").length === least);
	return others.length === 0 ? meant : undefined;
}
