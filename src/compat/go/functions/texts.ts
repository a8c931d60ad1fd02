import { checkLength, joined } from "../values/bounds.ts";
import { GoFault } from "../values/fault.ts";

// Go's package `strings`, as far as several functions need it. Texts are letters here, see the README.

const LEADING_SPACES = /^\p{White_Space}+/u;
const SPACE = /^\p{White_Space}$/u;

/** `unicode.IsSpace` */
export function isSpace(letter: string): boolean {
	return SPACE.test(letter);
}

/** `strings.TrimSpace` */
export function trimSpace(text: string): string {
	let end = text.length;
	while (end > 0 && isSpace(text.charAt(end - 1))) end--;
	return text.slice(0, end).replace(LEADING_SPACES, "");
}

/** `strings.Trim`: letters of the set are taken off both ends. */
export function trimmed(text: string, set: string): string {
	const letters = Array.from(text);
	const inSet = new Set(set);
	const from = letters.findIndex((letter) => !inSet.has(letter));
	const to = letters.findLastIndex((letter) => !inSet.has(letter));
	return from < 0 ? "" : letters.slice(from, to + 1).join("");
}

/** `strings.TrimPrefix` */
export function withoutPrefix(text: string, prefix: string): string {
	return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

/** `strings.TrimSuffix` */
export function withoutSuffix(text: string, suffix: string): string {
	return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text;
}

/** `strings.Split`: an empty separator stands between all letters. */
export function splitText(text: string, separator: string): readonly string[] {
	if (separator === "") return Array.from(text);
	return text.split(separator);
}

/**
 * `strings.SplitN`: the last part is what remains.
 *
 * @param most 0 gives none, a negative number all
 */
export function splitAtMost(text: string, separator: string, most: number): readonly string[] {
	const all = splitText(text, separator);
	if (most < 0 || all.length <= most) return all;
	if (most === 0) return [];
	return [...all.slice(0, most - 1), all.slice(most - 1).join(separator)];
}

/** `strings.ReplaceAll`: nothing stands before each letter and at the end. @throws GoFault for what would be too long */
export function replaceEvery(text: string, from: string, to: string): string {
	return joined(from === "" ? ["", ...splitText(text, ""), ""] : text.split(from), to);
}

/** `strings.Repeat`. @throws GoFault for a negative number, in Go's words, and for what would be too long */
export function repeated(text: string, times: number): string {
	if (times < 0) throw new GoFault("strings: negative Repeat count");
	checkLength(text.length * times);
	return text.repeat(times);
}
