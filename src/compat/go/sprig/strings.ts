import type { GoFunctions } from "../functions/function.ts";
import { toLower, toUpper } from "../functions/letter-case.ts";
import { quoted } from "../printing/quote.ts";
import { compareTexts } from "../values/types.ts";
import { GoMap, GoSlice, type GoValue } from "../values/values.ts";
import { joined } from "../values/bounds.ts";
import {
	isSpace,
	repeated,
	replaceEvery,
	splitAtMost,
	splitText,
	trimmed,
	trimSpace,
	withoutPrefix,
	withoutSuffix,
} from "../functions/texts.ts";
import { sliceBytes } from "../values/bytes.ts";
import { SLOW, fixed, INNOCENT, textsOf, variadic } from "../functions/define.ts";
import { initials, swapCase, title, untitle } from "./letters.ts";
import { pascalCase, separated } from "./names.ts";
import { abbreviated, wrapped } from "./wrap.ts";
import { printed, textsOfValue } from "./text.ts";

const trimAll = fixed(["string", "string"], (set, text) => trimmed(text, set));

function truncated(size: number, text: string): string {
	const length = Buffer.byteLength(text);
	if (size < 0) return length + size > 0 ? sliceBytes(text, length + size) : text;
	return length > size ? sliceBytes(text, 0, size) : text;
}

function substring(start: number, end: number, text: string): string {
	if (start < 0) return sliceBytes(text, 0, end);
	return end < 0 || end > Buffer.byteLength(text) ? sliceBytes(text, start) : sliceBytes(text, start, end);
}

function indented(width: number, text: string): string {
	const margin = repeated(" ", width);
	return margin + replaceEvery(text, "\n", `\n${margin}`);
}

/** What sprig gives for a list of parts: `_0`, `_1`, … */
function numbered(parts: readonly string[]): GoMap {
	return new GoMap("string", new Map(parts.map((part, index) => [`_${index}`, part])));
}

function given(values: readonly GoValue[]): readonly Exclude<GoValue, undefined>[] {
	return values.filter((value) => value !== undefined);
}

function sortedTexts(list: GoValue): GoSlice {
	if (!(list instanceof GoSlice)) return textsOf([printed(list)]);
	return textsOf(textsOfValue(list).toSorted(compareTexts));
}

/** Text (`strings.go` of sprig). */
export const STRINGS: GoFunctions = new Map([
	["sprig_hello", fixed([], () => "Hello!")],
	["sprig_abbrev", fixed(["int", "string"], (width, text) => abbreviated(text, 0, width))],
	[
		"sprig_abbrevboth",
		fixed(["int", "int", "string"], (offset, width, text) => abbreviated(text, offset, width)),
	],
	["sprig_trunc", fixed(["int", "string"], truncated)],
	["sprig_substr", fixed(["int", "int", "string"], substring)],
	["sprig_trim", fixed(["string"], trimSpace)],
	["sprig_trimall", trimAll],
	["sprig_trimAll", trimAll],
	["sprig_trimSuffix", fixed(["string", "string"], (end, text) => withoutSuffix(text, end))],
	["sprig_trimPrefix", fixed(["string", "string"], (start, text) => withoutPrefix(text, start))],
	[
		"sprig_nospace",
		fixed(["string"], (text) =>
			Array.from(text)
				.filter((letter) => !isSpace(letter))
				.join(""),
		),
	],
	["sprig_upper", fixed(["string"], toUpper)],
	["sprig_lower", fixed(["string"], toLower)],
	["sprig_title", fixed(["string"], title)],
	["sprig_untitle", fixed(["string"], untitle)],
	["sprig_swapcase", fixed(["string"], swapCase)],
	["sprig_initials", fixed(["string"], initials)],
	["sprig_snakecase", fixed(["string"], (text) => separated(text, "_"), SLOW)],
	["sprig_kebabcase", fixed(["string"], (text) => separated(text, "-"), SLOW)],
	["sprig_camelcase", fixed(["string"], pascalCase)],
	["sprig_repeat", fixed(["int", "string"], (times, text) => repeated(text, times))],
	[
		"sprig_wrap",
		fixed(["int", "string"], (width, text) => wrapped(text, { width, newline: "\n", breaksWords: false })),
	],
	[
		"sprig_wrapWith",
		fixed(["int", "string", "string"], (width, newline, text) =>
			wrapped(text, { width, newline: newline === "" ? "\n" : newline, breaksWords: true }),
		),
	],
	["sprig_indent", fixed(["int", "string"], indented)],
	["sprig_nindent", fixed(["int", "string"], (width, text) => `\n${indented(width, text)}`)],
	["sprig_replace", fixed(["string", "string", "string"], (from, to, text) => replaceEvery(text, from, to))],
	["sprig_contains", fixed(["string", "string"], (part, text) => text.includes(part), INNOCENT)],
	["sprig_hasPrefix", fixed(["string", "string"], (start, text) => text.startsWith(start), INNOCENT)],
	["sprig_hasSuffix", fixed(["string", "string"], (end, text) => text.endsWith(end), INNOCENT)],
	[
		"sprig_quote",
		variadic([[], "any"], (values) =>
			joined(
				given(values).map((value) => quoted(printed(value))),
				" ",
			),
		),
	],
	[
		"sprig_squote",
		variadic([[], "any"], (values) =>
			joined(
				given(values).map((value) => `'${printed(value)}'`),
				" ",
			),
		),
	],
	["sprig_cat", variadic([[], "any"], (values) => joined(given(values).map(printed), " "))],
	["sprig_plural", fixed(["string", "string", "int"], (one, many, count) => (count === 1 ? one : many))],
	["sprig_split", fixed(["string", "string"], (separator, text) => numbered(splitText(text, separator)))],
	[
		"sprig_splitn",
		fixed(["string", "int", "string"], (separator, most, text) =>
			numbered(splitAtMost(text, separator, most)),
		),
	],
	["sprig_splitList", fixed(["string", "string"], (separator, text) => textsOf(splitText(text, separator)))],
	["sprig_join", fixed(["string", "any"], (separator, list) => joined(textsOfValue(list), separator))],
	["sprig_sortAlpha", fixed(["any"], sortedTexts)],
]);
