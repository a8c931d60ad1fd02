/** Thrown by a helper for an argument that it cannot take; the evaluator adds the place. Never quotes the value. */
export class HelperFault extends Error {}

/** Letters; no file of a gateway is longer, and a value could otherwise be multiplied until memory ends. */
export const LONGEST = 8 * 1024 * 1024;

/** @throws HelperFault when a text of so many letters is to be made */
export function checkLength(letters: number): void {
	if (letters > LONGEST) throw new HelperFault(`would make more than ${LONGEST / 2 ** 20} MiB of text`);
}

/** @throws HelperFault for a result that would be too long */
export function replaceEvery(from: string, to: string, text: string): string {
	if (to.length > from.length) checkLength(text.length + (to.length - from.length) * timesIn(text, from));
	return text.replaceAll(from, () => to);
}

/** @throws HelperFault for a result that would be too long */
export function joined(texts: readonly string[], separator: string): string {
	checkLength(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
	return texts.join(separator);
}

/** @throws HelperFault for a width that is none, and for a result that would be too long */
export function indented(width: unknown, body: string): string {
	const spaces = Number(width);
	if (!Number.isInteger(spaces) || spaces < 0 || spaces > 256)
		throw new HelperFault("wants a width of 0 to 256");
	checkLength(body.length + spaces * (timesIn(body, "\n") + 1));
	return body.replaceAll(/^(?=.)/gm, " ".repeat(spaces));
}

/** How often it stands there; nothing stands before each letter, and at the end. */
function timesIn(text: string, word: string): number {
	if (word === "") return text.length + 1;
	let count = 0;
	for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) count++;
	return count;
}
