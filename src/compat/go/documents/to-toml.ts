import { documentValue, wholeNumber } from "./document-value.ts";
import { withoutExponent } from "../printing/float-text.ts";
import { GoFault } from "../values/fault.ts";
import { compareTexts } from "../values/types.ts";
import { BoundedText, checkDepth } from "../values/bounds.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, GoStruct, type GoValue } from "../values/values.ts";

/**
 * TOML letter for letter as BurntSushi's encoder writes it: sorted keys, tables after plain values and two spaces deeper
 * each, lists of nothing but tables as `[[…]]`.
 *
 * @throws GoFault for what is no table at the top, for a list that holds nil, and for a result that would be too long
 */
export function toGoToml(value: GoValue): string {
	if (value === undefined) throw new GoFault("toml: top-level values must be Go maps or structs");
	const text = new BoundedText();
	encode(value, { text, path: [] });
	return text.toString();
}

interface Where {
	readonly text: BoundedText;
	/** Names of the tables around, and the value's own. */
	readonly path: readonly string[];
}

type Entry = readonly [string, GoValue];

function encode(value: GoValue, where: Where): void {
	checkDepth(where.path.length);
	const entries = entriesOf(value);
	if (entries !== undefined) writeTable(entries, where);
	else if (value instanceof GoSlice && isTableList(value)) writeTables(value, where);
	else writeLine(value, where);
}

function writeTable(entries: readonly Entry[], where: Where): void {
	const { text, path } = where;
	if (path.length === 1) newLine(text);
	if (path.length > 0) {
		text.write(`${indentOf(path)}[${path.map(keyOf).join(".")}]`);
		newLine(text);
	}
	writeEntries(entries, where);
}

function writeTables({ items }: GoSlice, where: Where): void {
	const { text, path } = where;
	if (path.length === 0) throw new GoFault("toml: top-level values must be Go maps or structs");
	for (const item of items) {
		newLine(text);
		text.write(`${indentOf(path)}[[${path.map(keyOf).join(".")}]]`);
		newLine(text);
		writeEntries(entriesOf(item) ?? [], where);
	}
}

function writeEntries(entries: readonly Entry[], { text, path }: Where): void {
	for (const [name, value] of plainFirst(entries).flat()) {
		if (value !== undefined) encode(value, { text, path: [...path, name] });
	}
}

function writeLine(value: GoValue, { text, path }: Where): void {
	const name = path.at(-1);
	if (name !== undefined) text.write(`${indentOf(path)}${keyOf(name)} = `);
	writeInline(value, { text, path });
	if (name !== undefined) newLine(text);
}

function writeInline(value: GoValue, where: Where): void {
	const { text, path } = where;
	checkDepth(path.length);
	const entries = entriesOf(value);
	if (entries !== undefined) return writeInlineTable(entries, where);
	if (!(value instanceof GoSlice)) return text.write(scalar(documentValue(value) as Scalar));
	text.write("[");
	for (const [index, item] of value.items.entries()) {
		if (index > 0) text.write(", ");
		writeInline(item, { text, path: [...path, ""] });
	}
	text.write("]");
}

function writeInlineTable(entries: readonly Entry[], { text, path }: Where): void {
	const [plain, tables] = plainFirst(entries);
	text.write("{");
	for (const [index, [name, value]] of [...plain, ...tables].entries()) {
		if (value === undefined) continue;
		text.write(`${keyOf(name)} = `);
		writeInline(value, { text, path: [...path, name] });
		if (index < entries.length - 1) text.write(", ");
	}
	text.write("}");
}

/** What belongs to the table itself, and then what begins tables of its own. */
function plainFirst(entries: readonly Entry[]): readonly [readonly Entry[], readonly Entry[]] {
	const begins = ([, value]: Entry) =>
		entriesOf(value) !== undefined || (value instanceof GoSlice && isTableList(value));
	return [entries.filter((entry) => !begins(entry)), entries.filter(begins)];
}

function entriesOf(given: GoValue): readonly Entry[] | undefined {
	const value = documentValue(given);
	if (value instanceof GoStruct) return [...value.fields];
	return value instanceof GoMap ? [...value.entries].toSorted(([a], [b]) => compareTexts(a, b)) : undefined;
}

/** @throws GoFault for a list that holds nil */
function isTableList({ items }: GoSlice): boolean {
	if (items.includes(undefined)) throw new GoFault("toml: cannot encode array with nil element");
	return items.length > 0 && items.every((item) => entriesOf(item) !== undefined);
}

type Scalar = Exclude<GoValue, GoMap | GoSlice | GoStruct>;

function scalar(value: Scalar): string {
	if (typeof value === "string") return quoted(value);
	if (typeof value === "number") return floatText(value);
	if (value instanceof GoInteger) return String(value.value);
	if (value instanceof GoJsonNumber) return numberText(value.text);
	if (value === undefined) throw new GoFault("toml: cannot encode array with nil element");
	return String(value);
}

function numberText(digits: string): string {
	const whole = wholeNumber(digits);
	return whole === undefined ? floatText(Number(digits)) : String(whole);
}

function floatText(value: number): string {
	if (Number.isNaN(value)) return "nan";
	if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
	const text = withoutExponent(value);
	return text.includes(".") ? text : `${text}.0`;
}

function keyOf(name: string): string {
	return /^[\w-]+$/.test(name) ? name : quoted(name);
}

const SHORT: ReadonlyMap<string, string> = new Map([
	['"', '\\"'],
	["\\", "\\\\"],
	["\b", "\\b"],
	["\t", "\\t"],
	["\n", "\\n"],
	["\f", "\\f"],
	["\r", "\\r"],
]);

function quoted(text: string): string {
	// oxlint-disable-next-line no-control-regex -- exactly these have to be escaped
	const body = text.replaceAll(/["\\\u0000-\u001F\u007F]/g, (letter) => {
		const code = letter.charCodeAt(0).toString(16).padStart(4, "0");
		return SHORT.get(letter) ?? `\\u${code}`;
	});
	return `"${body}"`;
}

function indentOf(path: readonly string[]): string {
	return "  ".repeat(Math.max(path.length - 1, 0));
}

/** Nothing stands before the first line. */
function newLine(text: BoundedText): void {
	if (!text.isEmpty) text.write("\n");
}
