/** What Go prints as it is: letters, marks, numbers, punctuation, symbols, and of the spaces the plain one. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Letters that Go writes with a backslash and one letter. */
const SHORT: ReadonlyMap<string, string> = new Map([
	["\u0007", "\\a"],
	["\b", "\\b"],
	["\f", "\\f"],
	["\n", "\\n"],
	["\r", "\\r"],
	["\t", "\\t"],
	["\v", "\\v"],
]);

export function isPrintable(letter: string): boolean {
	return PRINTABLE.test(letter);
}

/** A text as a string constant of Go (`strconv.Quote`). */
export function quoted(text: string, isAsciiOnly = false): string {
	return `"${Array.from(text, (letter) => escaped(letter, '"', isAsciiOnly)).join("")}"`;
}

/** A letter as a constant of Go (`strconv.QuoteRune`). */
export function quotedLetter(letter: string, isAsciiOnly = false): string {
	return `'${escaped(letter, "'", isAsciiOnly)}'`;
}

/** Whether it can be written between backquotes on one line. */
export function canBackquote(text: string): boolean {
	// oxlint-disable-next-line no-control-regex -- exactly these cannot
	return text.isWellFormed() && !/[\0-\u0008\n-\u001F`\u007F\uFEFF]/.test(text);
}

/** `U+0040 '@'` */
export function spelledUnicode(letter: string): string {
	const number = `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
	return isPrintable(letter) ? `${number} '${letter}'` : number;
}

function escaped(letter: string, quote: string, isAsciiOnly: boolean): string {
	if (letter === quote || letter === "\\") return `\\${letter}`;
	if (isPrintable(letter) && (!isAsciiOnly || letter < "\u0080")) return letter;
	const short = SHORT.get(letter);
	if (short !== undefined) return short;
	const code = letter.codePointAt(0) ?? 0;
	const number = code.toString(16);
	if (code < 0x20 || code === 0x7f) return `\\x${number.padStart(2, "0")}`;
	if (!letter.isWellFormed()) return "\\ufffd";
	return code > 0xffff ? `\\U${number.padStart(8, "0")}` : `\\u${number.padStart(4, "0")}`;
}
