import { LONGEST_TEXT } from "../../../template/mod.ts";
import { GoFault } from "./fault.ts";

/** Maps and lists within each other; Vault itself takes no more than 300 (`max_json_depth`). */
const DEEPEST = 500;

/** A list that a template makes. */
const MOST_ITEMS = 100_000;

/** @throws GoFault when a text of so many letters is to be made */
export function checkLength(letters: number): void {
	if (letters > LONGEST_TEXT) throw new GoFault(`would make more than ${LONGEST_TEXT / 2 ** 20} MiB of text`);
}

/** @throws GoFault when a list of so many items is to be made */
export function checkItems(items: number): void {
	if (items > MOST_ITEMS) throw new GoFault(`would make more than ${MOST_ITEMS} items`);
}

/** @throws GoFault for a result that would be too long */
export function joined(texts: readonly string[], separator: string): string {
	checkLength(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
	return texts.join(separator);
}

/** @throws GoFault for data that is nested more deeply, or holds itself */
export function checkDepth(depth: number): void {
	if (depth > DEEPEST) throw new GoFault("the data is nested too deeply, or holds itself");
}

/** A text that is put together of parts, and must not become too long. */
export class BoundedText {
	#text = "";

	get isEmpty(): boolean {
		return this.#text === "";
	}

	/** @throws GoFault when it has become too long */
	write(part: string): void {
		checkLength(this.#text.length + part.length);
		this.#text += part;
	}

	toString(): string {
		return this.#text;
	}
}
