import { documentValue } from "./document-value.ts";
import { GoFault } from "../values/fault.ts";
import { sortedEntries } from "../values/types.ts";
import { BoundedText, checkDepth } from "../values/bounds.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, GoStruct, type GoValue } from "../values/values.ts";

export interface JsonStyle {
	/** On lines of their own, two spaces deeper each. */
	readonly isPretty: boolean;
	/** `<`, `>` and `&` as `\u003c` and so on, which keeps them harmless within HTML. */
	readonly isHtmlSafe: boolean;
}

/**
 * JSON as Go's `encoding/json` writes it: the keys of a map in order, a struct's fields as they are declared.
 *
 * @throws GoFault for what JSON has no word for, and for a result that would be too long
 */
export function toGoJson(value: GoValue, style: JsonStyle): string {
	const text = new BoundedText();
	write(value, { text, style, depth: 0 });
	return text.toString();
}

interface Where {
	readonly text: BoundedText;
	readonly style: JsonStyle;
	readonly depth: number;
}

function write(given: GoValue, where: Where): void {
	const value = documentValue(given);
	checkDepth(where.depth);
	if (value instanceof GoSlice && value.elementType === "uint8") where.text.write(base64(value));
	else if (value instanceof GoSlice) writeList(value.items, where);
	else if (value instanceof GoMap) writeObject(sortedEntries(value), where);
	else if (value instanceof GoStruct) writeObject([...value.fields], where);
	else where.text.write(scalar(value, where.style));
}

function writeList(items: readonly GoValue[], where: Where): void {
	const below = { ...where, depth: where.depth + 1 };
	where.text.write("[");
	for (const [index, item] of items.entries()) {
		startItem(index, below);
		write(item, below);
	}
	end("]", items.length, where);
}

function writeObject(entries: readonly (readonly [string, GoValue])[], where: Where): void {
	const below = { ...where, depth: where.depth + 1 };
	where.text.write("{");
	for (const [index, [name, item]] of entries.entries()) {
		startItem(index, below);
		where.text.write(`${quoted(name, where.style)}:${where.style.isPretty ? " " : ""}`);
		write(item, below);
	}
	end("}", entries.length, where);
}

function startItem(index: number, { text, style, depth }: Where): void {
	if (index > 0) text.write(",");
	if (style.isPretty) text.write(`\n${"  ".repeat(depth)}`);
}

function end(bracket: string, items: number, { text, style, depth }: Where): void {
	if (style.isPretty && items > 0) text.write(`\n${"  ".repeat(depth)}`);
	text.write(bracket);
}

function scalar(
	value: undefined | string | boolean | number | GoInteger | GoJsonNumber,
	style: JsonStyle,
): string {
	if (value === undefined) return "null";
	if (typeof value === "string") return quoted(value, style);
	if (value instanceof GoInteger) return String(value.value);
	if (value instanceof GoJsonNumber) return value.text;
	if (typeof value === "boolean") return String(value);
	if (!Number.isFinite(value)) throw new GoFault("json: unsupported value: not a finite number");
	return Object.is(value, -0) ? "-0" : String(value);
}

function quoted(text: string, { isHtmlSafe }: JsonStyle): string {
	const escape = (letter: string) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
	// The two separators are ends of lines to JavaScript.
	return JSON.stringify(text).replaceAll(isHtmlSafe ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g, escape);
}

function base64({ items }: GoSlice): string {
	const bytes = items.map((item) => (item instanceof GoInteger ? Number(item.value) : 0));
	return JSON.stringify(Buffer.from(bytes).toString("base64"));
}
