import { GoFault } from "../functions/function.ts";
import { checkLength } from "../values/text-bound.ts";

/** A list that a template makes. */
const MOST_ITEMS = 100_000;

/** @throws GoFault when a list of so many items is to be made */
export function checkItems(items: number): void {
	if (items > MOST_ITEMS) throw new GoFault(`would make more than ${MOST_ITEMS} items`);
}

/** @throws GoFault for a negative number, in Go's words, and for a result that would be too long */
export function repeated(text: string, times: number): string {
	if (times < 0) throw new GoFault("strings: negative Repeat count");
	checkLength(text.length * times);
	return text.repeat(times);
}

/** @throws GoFault for a result that would be too long */
export function joined(texts: readonly string[], separator: string): string {
	checkLength(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
	return texts.join(separator);
}

/** Go's `strings.Split`: an empty separator stands between all letters. */
export function splitText(text: string, separator: string): readonly string[] {
	if (separator === "") return Array.from(text);
	return text.split(separator);
}

/**
 * Go's `strings.SplitN`: the last part is what remains.
 *
 * @param most 0 gives none, a negative number all
 */
export function splitAtMost(text: string, separator: string, most: number): readonly string[] {
	const all = splitText(text, separator);
	if (most < 0 || all.length <= most) return all;
	if (most === 0) return [];
	return [...all.slice(0, most - 1), all.slice(most - 1).join(separator)];
}

/** Go's `strings.ReplaceAll`: nothing stands before each letter and at the end. */
export function replaceEvery(text: string, from: string, to: string): string {
	return joined(from === "" ? ["", ...splitText(text, ""), ""] : text.split(from), to);
}
