import { documentValue, wholeNumber } from "./document-value.ts";
import { compareYamlKeys } from "./yaml-key-order.ts";
import { checkDepth } from "../values/bounds.ts";
import { shortestFloat } from "../printing/float-text.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, GoStruct, type GoValue } from "../values/values.ts";
import { YamlWriter } from "./yaml-writer.ts";
import { writeYamlText } from "./yaml-text.ts";

/**
 * YAML in block style, letter for letter as Go's yaml.v2 writes it: keys in its natural order, a list within a map not
 * indented, long texts folded after 80 letters, quotes only where a text would otherwise be something else.
 *
 * @throws GoFault for a result that would be too long
 */
export function toGoYaml(value: GoValue): string {
	const writer = new YamlWriter();
	writeNode(value, { writer, indent: -1, isInMap: false, depth: 0 });
	return writer.toString();
}

interface Where {
	readonly writer: YamlWriter;
	/** Of the collection around; -1 for the whole. */
	readonly indent: number;
	readonly isInMap: boolean;
	readonly depth: number;
}

function writeNode(given: GoValue, where: Where): void {
	const value = documentValue(given);
	checkDepth(where.depth);
	if (value instanceof GoSlice) writeList(value.items, where);
	else if (value instanceof GoMap) writeMap(mapEntries(value), where);
	else if (value instanceof GoStruct) writeMap(structEntries(value), where);
	else if (typeof value === "string") writeYamlText(value, { ...where, isKey: false });
	else where.writer.word(scalar(value));
}

function mapEntries(map: GoMap): (readonly [string, GoValue])[] {
	return [...map.entries].toSorted(([a], [b]) => compareYamlKeys(a, b));
}

function structEntries({ fields }: GoStruct): (readonly [string, GoValue])[] {
	return [...fields].map(([name, value]) => [name.toLowerCase(), value] as const);
}

function writeList(items: readonly GoValue[], { writer, indent, isInMap, depth }: Where): void {
	if (items.length === 0) return writer.word("[]");
	// Behind "key:" the dashes stand below the key.
	const own = isInMap && !writer.isAtIndent && indent >= 0 ? indent : deeper(indent);
	for (const item of items) {
		writer.startLine(own);
		writer.indicator("-");
		writeNode(item, { writer, indent: own, isInMap: false, depth: depth + 1 });
	}
}

function writeMap(entries: readonly (readonly [string, GoValue])[], where: Where): void {
	const { writer, indent, depth } = where;
	if (entries.length === 0) return writer.word("{}");
	const own = deeper(indent);
	const below = { writer, indent: own, isInMap: true, depth: depth + 1 };
	for (const [key, value] of entries) {
		writer.startLine(own);
		writeKey(key, below);
		writeNode(value, below);
	}
}

/** Longest key, in bytes, that stands on one line with its value. */
const LONGEST_SIMPLE_KEY = 128;

function writeKey(key: string, where: Where): void {
	const { writer, indent } = where;
	const isSimple = !/[\n\r\u0085\u2028\u2029]/.test(key) && Buffer.byteLength(key) <= LONGEST_SIMPLE_KEY;
	if (!isSimple) writer.indicator("?");
	writeYamlText(key, { writer, indent, isKey: isSimple });
	if (isSimple) return writer.colon();
	writer.startLine(indent);
	writer.indicator(":");
}

function deeper(indent: number): number {
	return indent < 0 ? 0 : indent + 2;
}

function scalar(value: undefined | boolean | number | GoInteger | GoJsonNumber): string {
	if (value === undefined) return "null";
	if (typeof value === "boolean") return String(value);
	if (value instanceof GoInteger) return String(value.value);
	if (value instanceof GoJsonNumber) return numberText(value.text);
	return floatText(value);
}

/** A number of a secret: whole where 64 bits hold it, and a float64 otherwise. */
function numberText(digits: string): string {
	const whole = wholeNumber(digits);
	if (whole !== undefined) return String(whole);
	const float = Number(digits);
	return Number.isFinite(float) ? floatText(float) : digits;
}

function floatText(value: number): string {
	const text = shortestFloat(value);
	const special = new Map([
		["+Inf", ".inf"],
		["-Inf", "-.inf"],
		["NaN", ".nan"],
	]);
	return special.get(text) ?? text;
}
