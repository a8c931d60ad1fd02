import { checkLength, joined } from "../values/bounds.ts";
import { GoFault } from "../values/fault.ts";
import { GoMap } from "../values/values.ts";
import { asText, fixed, textsOf } from "./define.ts";
import type { GoFunctions } from "./function.ts";
import { toLower, toTitle, toUpper } from "./letter-case.ts";
import { replaceEvery, splitText, trimmed, trimSpace, withoutPrefix, withoutSuffix } from "./texts.ts";

/** consul-template's functions of texts. What is worked on comes last, for it to come through a pipe. */
export const STRING_FUNCTIONS: GoFunctions = new Map([
	["toLower", fixed(["string"], toLower)],
	["toUpper", fixed(["string"], toUpper)],
	["toTitle", fixed(["string"], toTitle)],
	["trimSpace", fixed(["string"], trimSpace)],
	["trim", fixed(["string", "string"], (set, text) => trimmed(text, set))],
	["trimPrefix", fixed(["string", "string"], (prefix, text) => withoutPrefix(text, prefix))],
	["trimSuffix", fixed(["string", "string"], (suffix, text) => withoutSuffix(text, suffix))],
	["replaceAll", fixed(["string", "string", "string"], (from, to, text) => replaceEvery(text, from, to))],
	["split", fixed(["string", "string"], (separator, text) => textsOf(splitTrimmed(separator, text)))],
	["splitToMap", fixed(["string", "string", "string"], splitToMap)],
	["join", fixed(["string", "[]string"], (separator, { items }) => joined(items.map(asText), separator))],
	["indent", fixed(["int", "string"], indented)],
]);

function splitTrimmed(separator: string, text: string): readonly string[] {
	const rest = trimSpace(text);
	return rest === "" ? [] : splitText(rest, separator);
}

function splitToMap(between: string, within: string, text: string): GoMap {
	const entries = new Map<string, string>();
	for (const item of splitTrimmed(between, text)) {
		const at = item.indexOf(within);
		if (at >= 0) entries.set(item.slice(0, at), item.slice(at + within.length));
	}
	return new GoMap("string", entries);
}

function indented(width: number, text: string): string {
	if (width < 0) throw new GoFault("indent value must be a positive integer");
	checkLength(width);
	const lines = text.split("\n");
	checkLength(text.length + width * lines.length);
	return lines.map((line) => (line === "" ? "" : " ".repeat(width) + line)).join("\n");
}
