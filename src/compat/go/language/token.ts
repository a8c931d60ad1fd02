/** What the lexer of Go's templates tells apart. */
export type TokenKind =
	| "error"
	| "bool"
	| "char"
	| "charConstant"
	| "complex"
	| "assign"
	| "declare"
	| "eof"
	| "field"
	| "identifier"
	| "leftDelimiter"
	| "leftParen"
	| "number"
	| "pipe"
	| "rawString"
	| "rightDelimiter"
	| "rightParen"
	| "space"
	| "string"
	| "text"
	| "variable"
	| "keyword";

export interface Token {
	readonly kind: TokenKind;
	/** As written; of an error, what is wrong. */
	readonly text: string;
	/** Where it begins, in UTF-16 units. */
	readonly at: number;
}

/** Words that are no names of functions; a dot by itself is one of them. */
export const KEYWORDS: ReadonlySet<string> = new Set([
	".",
	"block",
	"break",
	"continue",
	"define",
	"else",
	"end",
	"if",
	"nil",
	"range",
	"template",
	"with",
]);

/** Words of letters, digits and underscores, in any script. */
const WORD = /[\p{L}\p{Nd}_]*/uy;
/** Wider than the numbers there are, as in Go: what is wrong with one is told when it is read. */
const NUMBER =
	/[+-]?(?:0[xX][\dA-Fa-f_]*\.?[\dA-Fa-f_]*(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[\d_]*\.?[\d_]*(?:[eE][+-]?[\d_]*)?)i?/y;

/** Where the word that begins here ends; here, when there is none. */
export function wordEnd(text: string, at: number): number {
	return matchEnd(WORD, text, at);
}

export function numberEnd(text: string, at: number): number {
	return matchEnd(NUMBER, text, at);
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
	pattern.lastIndex = at;
	return at + (pattern.exec(text)?.[0].length ?? 0);
}

export function isDigit(letter: string | undefined): boolean {
	return letter !== undefined && letter >= "0" && letter <= "9";
}

/** The spaces that Go's templates know. */
export function isSpace(letter: string | undefined): boolean {
	return letter === " " || letter === "\t" || letter === "\r" || letter === "\n";
}

/** Where the spaces that begin here end. */
export function spacesEnd(text: string, at: number): number {
	let end = at;
	while (isSpace(text[end])) end++;
	return end;
}

/** Where a text from `start` to `end` ends when the spaces at its end are left out. */
export function withoutSpaces(text: string, start: number, end: number): number {
	let at = end;
	while (at > start && isSpace(text[at - 1])) at--;
	return at;
}
