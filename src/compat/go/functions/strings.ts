import { asInteger, asItems, asText, ofText, ofThreeTexts, ofTwoTexts, textSlice } from "./define.ts";
import { type GoFunctions, GoFault } from "./function.ts";
import { toLower, toTitle, toUpper } from "./letter-case.ts";
import { checkLength, joined } from "../values/text-bound.ts";
import { GoMap } from "../values/values.ts";

/** Blanks, as `unicode.IsSpace` tells them. */
const BLANKS = "[\\t\\n\\v\\f\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]";
const LEADING_BLANKS = new RegExp(`^${BLANKS}+`);
const BLANK = new RegExp(`^${BLANKS}$`);

/** consul-template's functions of texts. What is worked on comes last, for it to come through a pipe. */
export const STRING_FUNCTIONS: GoFunctions = new Map([
	["toLower", ofText(toLower)],
	["toUpper", ofText(toUpper)],
	["toTitle", ofText(toTitle)],
	["trimSpace", ofText(trimSpace)],
	["trim", ofTwoTexts((cutset, text) => trimmed(text, new Set(cutset)))],
	["trimPrefix", ofTwoTexts((prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))],
	[
		"trimSuffix",
		ofTwoTexts((suffix, text) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
	],
	["replaceAll", ofThreeTexts(replaceAll)],
	["split", ofTwoTexts((separator, text) => textSlice(splitTrimmed(separator, text)))],
	["splitToMap", ofThreeTexts(splitToMap)],
	[
		"join",
		{
			parameters: ["string", "[]string"],
			run: ([separator, items]) => joined(asItems(items).map(asText), asText(separator)),
		},
	],
	[
		"indent",
		{
			parameters: ["int", "string"],
			run: ([spaces, text]) => indented(asInteger(spaces), asText(text)),
		},
	],
]);

/** `strings.TrimSpace` */
export function trimSpace(text: string): string {
	let end = text.length;
	while (end > 0 && BLANK.test(text.charAt(end - 1))) end--;
	return text.slice(0, end).replace(LEADING_BLANKS, "");
}

function trimmed(text: string, cutset: ReadonlySet<string>): string {
	const letters = Array.from(text);
	let [start, end] = [0, letters.length];
	while (start < end && cutset.has(letters[start] ?? "")) start++;
	while (end > start && cutset.has(letters[end - 1] ?? "")) end--;
	return letters.slice(start, end).join("");
}

function replaceAll(from: string, to: string, text: string): string {
	if (from === "") return joined(["", ...Array.from(text), ""], to);
	return joined(text.split(from), to);
}

function splitTrimmed(separator: string, text: string): string[] {
	const rest = trimSpace(text);
	if (rest === "") return [];
	return separator === "" ? Array.from(rest) : rest.split(separator);
}

function splitToMap(between: string, within: string, text: string): GoMap {
	const entries = new Map<string, string>();
	for (const item of splitTrimmed(between, text)) {
		const at = item.indexOf(within);
		if (at >= 0) entries.set(item.slice(0, at), item.slice(at + within.length));
	}
	return new GoMap("string", entries);
}

function indented(spaces: bigint, text: string): string {
	if (spaces < 0n) throw new GoFault("indent value must be a positive integer");
	const width = Number(spaces);
	checkLength(width);
	const lines = text.split("\n");
	checkLength(text.length + width * lines.length);
	return lines.map((line) => (line === "" ? "" : " ".repeat(width) + line)).join("\n");
}
