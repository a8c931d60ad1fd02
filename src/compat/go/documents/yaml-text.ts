import { plainScalar } from "./yaml-scalar.ts";
import { WIDTH, type YamlWriter } from "./yaml-writer.ts";

/** Where a text is written. */
interface Where {
	readonly writer: YamlWriter;
	/** Of the collection around; -1 for the whole. */
	readonly indent: number;
	/** A key on one line with its value is never folded. */
	readonly isKey: boolean;
}

/** Numbers to base 60, which yaml.v2 does not read but quotes for those who do. */
const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;

const BREAK = /^[\n\r\u0085\u2028\u2029]$/;
/** What libyaml writes as it is; beyond U+FFFF it escapes everything. */
const PRINTABLE = /^[\n\u0020-\u007E\u00A0-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]$/u;
/** What makes a text something else than plain: at its beginning, within, or before a blank. */
const INDICATORS = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?= |$))|:(?= |$)|(?<=[ \u2028\u2029])#/;

type Style = "plain" | "single" | "double" | "literal";

/** Writes a text in the style that yaml.v2 chooses for it. */
export function writeYamlText(text: string, where: Where): void {
	const style = styleOf(text, where.isKey);
	if (style === "literal") writeLiteral(text, where);
	else if (style === "double") writeDouble(text, where);
	else writeFolded(text, { ...where, isQuoted: style === "single" });
}

function styleOf(text: string, isKey: boolean): Style {
	const letters = Array.from(text);
	const isPrintable = letters.every((letter) => PRINTABLE.test(letter));
	const isBroken = letters.some((letter) => BREAK.test(letter));
	const isBlankBeforeBreak = / [\n\r\u0085\u2028\u2029]/.test(text);
	const isBlankAfterBreak = /[\n\r\u0085\u2028\u2029] /.test(text);
	if (text.includes("\n")) {
		const isBlock = isPrintable && !isBlankBeforeBreak && !text.endsWith(" ") && !isKey;
		return isBlock ? "literal" : "double";
	}
	if (!plainScalar(text).isText || BASE_60.test(text)) return "double";
	if (!isPrintable || isBlankBeforeBreak || isBlankAfterBreak) return "double";
	return isBroken || /^ | $/.test(text) || INDICATORS.test(text) ? "single" : "plain";
}

function writeFolded(text: string, where: Where & { isQuoted: boolean }): void {
	const { writer, isKey, isQuoted } = where;
	const letters = Array.from(text);
	writer.word(isQuoted ? "'" : "");
	let wasBlank = false;
	let wasBreak = false;
	for (const [index, letter] of letters.entries()) {
		const isInside = index > 0 && index < letters.length - 1;
		if (letter === " ") {
			const canFold = !isKey && !wasBlank && isInside && letters[index + 1] !== " ";
			if (canFold && writer.column > WIDTH) writer.startLine(innerIndent(where));
			else writer.put(" ");
		} else if (BREAK.test(letter)) {
			writer.breakLine(letter);
		} else {
			if (wasBreak) writer.startLine(innerIndent(where));
			writer.put(isQuoted && letter === "'" ? "''" : letter);
			writer.markUsed();
		}
		wasBlank = letter === " ";
		wasBreak = BREAK.test(letter);
	}
	if (isQuoted) writer.put("'");
	writer.markUsed();
}

function writeDouble(text: string, where: Where): void {
	const { writer, isKey } = where;
	const letters = Array.from(text);
	// Behind a byte order mark libyaml takes every letter for one.
	const isMarked = text.startsWith("\uFEFF");
	writer.word('"');
	let wasBlank = false;
	for (const [index, letter] of letters.entries()) {
		const isBlank = letter === " " && !isMarked;
		const isInside = index > 0 && index < letters.length - 1;
		if (isBlank && !isKey && !wasBlank && isInside && writer.column > WIDTH) {
			writer.startLine(innerIndent(where));
			if (letters[index + 1] === " ") writer.put("\\");
		} else {
			writer.put(isBlank ? " " : escaped(letter, isMarked));
			writer.markUsed();
		}
		wasBlank = isBlank;
	}
	writer.put('"');
	writer.markUsed();
}

function writeLiteral(text: string, where: Where): void {
	const { writer } = where;
	const indentHint = /^[ \n\r\u0085\u2028\u2029]/.test(text) ? "2" : "";
	const isOpen = /(?:^|[\n\r\u0085\u2028\u2029])[\n\r\u0085\u2028\u2029]$/.test(text);
	const isEnded = /[\n\r\u0085\u2028\u2029]$/.test(text);
	writer.word(`|${indentHint}${isOpen ? "+" : isEnded ? "" : "-"}`);
	writer.breakLine("\n");
	let wasBreak = true;
	for (const letter of text) {
		const isBreak = BREAK.test(letter);
		if (isBreak) {
			writer.breakLine(letter);
		} else {
			if (wasBreak) writer.startLine(innerIndent(where));
			writer.put(letter);
			writer.markUsed();
		}
		wasBreak = isBreak;
	}
}

/** Of a text's further lines. */
function innerIndent({ indent }: Where): number {
	return indent < 0 ? 2 : indent + 2;
}

const SHORT: ReadonlyMap<string, string> = new Map([
	["\0", "\\0"],
	["\u0007", "\\a"],
	["\b", "\\b"],
	["\t", "\\t"],
	["\n", "\\n"],
	["\v", "\\v"],
	["\f", "\\f"],
	["\r", "\\r"],
	["\u001B", "\\e"],
	['"', '\\"'],
	["\\", "\\\\"],
	["\u0085", "\\N"],
	["\u2028", "\\L"],
	["\u2029", "\\P"],
]);

function escaped(letter: string, isForced: boolean): string {
	const short = SHORT.get(letter);
	if (short !== undefined) return short;
	if (PRINTABLE.test(letter) && !isForced) return letter;
	if (letter === "\u00A0") return "\\_";
	const code = letter.codePointAt(0) ?? 0;
	const digits = code.toString(16).toUpperCase();
	if (code <= 0xff) return `\\x${digits.padStart(2, "0")}`;
	return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
