import { readExpansion } from "./shell-expansion.ts";
import type { TextCursor } from "./text-cursor.ts";

/** A stretch of a word that is quoted in one way. */
export interface ShellPart {
	/** `escape`: a backslash and the character after it; `expansion`: what the shell replaces when it runs. */
	readonly kind: "bare" | "single" | "double" | "escape" | "expansion";
	/** Index of the first character, inside the quotes where there are any. */
	readonly start: number;
	/** The text as it is after quote removal; of an expansion, as it was written. */
	readonly value: string;
	/** Whether double quotes are around it: an expansion outside of them may be split into words. */
	readonly inDouble: boolean;
}

/** A word, in parts; without its line continuations. */
export interface ShellWord {
	readonly kind: "word";
	readonly start: number;
	/** Index after the last character. */
	readonly end: number;
	readonly parts: readonly ShellPart[];
}

/** What a text falls into, blanks left out. */
export type ShellToken =
	| ShellWord
	| { readonly kind: "operator" | "comment" | "heredoc"; readonly start: number; readonly text: string };

interface Heredoc {
	readonly start: number;
	readonly stripTabs: boolean;
	delimiter?: string;
}

const BLANKS = /(?:[ \t]|\\\n)+/y;
const COMMENT = /#[^\n]*/y;
const OPERATOR = /&&|\|\||;;|<<-|<<|>>|<&|>&|<>|>\||[;&|()<>\n]/y;
const BARE = /[^ \t\r\n;&|()<>'"\\$`]+/y;
const WORD_END = /[ \t\n;&|()<>]/y;

/**
 * Splits a text into tokens (POSIX.1-2024, Shell Command Language, 2.2 Quoting and 2.3 Token Recognition).
 *
 * What sh, dash and bash are known to read in different ways is refused: where two shells disagree on where
 * a quotation ends, no value is safe after it.
 *
 * @param nested inside `$(`: stops before the `)` that ends it
 * @throws SyntaxError with the line
 */
export function readShellTokens(cursor: TextCursor, nested = false): ShellToken[] {
	const tokens: ShellToken[] = [];
	const heredocs: Heredoc[] = [];
	for (let depth = 0; ; ) {
		cursor.take(BLANKS);
		const start = cursor.at;
		if (cursor.done || (nested && depth === 0 && cursor.text[start] === ")")) break;
		const comment = cursor.take(COMMENT);
		if (comment !== undefined) {
			tokens.push({ kind: "comment", start, text: comment });
			continue;
		}
		const operator = cursor.take(OPERATOR);
		if (operator === undefined) {
			tokens.push(readWord(cursor, heredocs));
			continue;
		}
		refuseDisputed(cursor, operator);
		tokens.push({ kind: "operator", start, text: operator });
		if (operator === "(") depth++;
		if (operator === ")") depth--;
		if (operator.startsWith("<<")) heredocs.push({ start, stripTabs: operator === "<<-" });
		if (operator === "\n") tokens.push(...heredocs.splice(0).map((heredoc) => readHeredoc(cursor, heredoc)));
	}
	for (const { start } of heredocs) cursor.fail("a here-document has no end", start);
	return tokens;
}

/** Operators that one shell ends here and another goes on with. */
function refuseDisputed(cursor: TextCursor, operator: string): void {
	if (operator === "(" && cursor.peek(/\(/y) !== undefined)
		cursor.fail('"((" is not of POSIX sh: put a blank between them');
	if (!/^[<>]/.test(operator)) return;
	if (cursor.peek(/[<>(&|]|\\\n/y) !== undefined) cursor.fail("no redirection of POSIX sh");
}

function readHeredoc(cursor: TextCursor, { start, stripTabs, delimiter }: Heredoc): ShellToken {
	const body = cursor.at;
	while (!cursor.done) {
		const line = cursor.take(/[^\n]*/y) ?? "";
		const text = cursor.text.slice(body, cursor.at);
		cursor.take(/\n/y);
		if ((stripTabs ? line.replace(/^\t+/, "") : line) === delimiter)
			return { kind: "heredoc", start: body, text };
	}
	return cursor.fail("a here-document has no end", start);
}

function readWord(cursor: TextCursor, heredocs: readonly Heredoc[]): ShellWord {
	const start = cursor.at;
	const parts: ShellPart[] = [];
	while (!cursor.done && cursor.peek(WORD_END) === undefined) parts.push(...readParts(cursor));
	const heredoc = heredocs.find(({ delimiter }) => delimiter === undefined);
	if (heredoc !== undefined) {
		if (parts.some(({ kind }) => kind === "expansion"))
			cursor.fail('a "$" in the end word of a here-document', start);
		heredoc.delimiter = parts.map(({ value }) => value).join("");
	}
	return { kind: "word", start, end: cursor.at, parts };
}

function readParts(cursor: TextCursor): ShellPart[] {
	const start = cursor.at;
	const bare = cursor.take(BARE);
	if (bare !== undefined) return [{ kind: "bare", start, value: bare, inDouble: false }];
	switch (cursor.text[start]) {
		case "'": {
			const quoted = cursor.take(/'[^']*'/y) ?? cursor.fail("a single quote is never closed");
			return [{ kind: "single", start: start + 1, value: quoted.slice(1, -1), inDouble: false }];
		}
		case '"':
			return readDouble(cursor);
		case "\\": {
			if (cursor.take(/\\\n/y) !== undefined) return [];
			const escaped = cursor.take(/\\./suy) ?? cursor.fail("a backslash ends the text");
			return [{ kind: "escape", start, value: escaped.slice(1), inDouble: false }];
		}
		case "\r":
			return cursor.fail("a carriage return, which sh would keep: save the template with plain newlines");
		default:
			return [readDollar(cursor, false)];
	}
}

function readDouble(cursor: TextCursor): ShellPart[] {
	const opening = cursor.at;
	cursor.take(/"/y);
	const parts: ShellPart[] = [{ kind: "double", start: cursor.at, value: "", inDouble: true }];
	while (cursor.take(/"/y) === undefined) {
		const start = cursor.at;
		const text = cursor.take(/[^"\\$`]+/y);
		const escaped = cursor.take(/\\./suy);
		if (text !== undefined) parts.push({ kind: "double", start, value: text, inDouble: true });
		if (escaped !== undefined && escaped !== "\\\n") {
			const value = escaped.replace(/^\\([$`"\\])$/, "$1"); // before any other character the backslash stays
			parts.push({ kind: "escape", start: cursor.at - escaped.length, value, inDouble: true });
		}
		if (cursor.peek(/[$`]/y) !== undefined) parts.push(readDollar(cursor, true));
		if (cursor.at === start) cursor.fail("a double quote is never closed", opening);
	}
	return parts;
}

function readDollar(cursor: TextCursor, inDouble: boolean): ShellPart {
	const start = cursor.at;
	const value = readExpansion(cursor, { inDouble, readCommands });
	if (value !== undefined) return { kind: "expansion", start, value, inDouble };
	return { kind: inDouble ? "double" : "bare", start, value: "$", inDouble };
}

/** The `)` after a pattern of `case` ends nothing; without following the grammar it cannot be told apart. */
function readCommands(cursor: TextCursor): void {
	const start = cursor.at;
	const isCase = (token: ShellToken) =>
		token.kind === "word" && token.parts.map((p) => p.value).join("") === "case";
	if (readShellTokens(cursor, true).some(isCase))
		cursor.fail('"case" inside "$(…)" cannot be followed', start);
}

const NAME_AND_EQUALS = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** Where the value begins in a word that begins with this part, when the part gives the name whole. */
export function valueStartOf(part: ShellPart): number | undefined {
	if (part.kind === "expansion" || part.kind === "escape") return undefined;
	const name = NAME_AND_EQUALS.exec(part.value)?.[0];
	return name === undefined ? undefined : part.start + name.length;
}

/** The word after quote removal; `undefined` when the shell has to expand something in it. */
export function literalText(word: ShellWord): string | undefined {
	if (word.parts.some(({ kind }) => kind === "expansion")) return undefined;
	return word.parts.map(({ value }) => value).join("");
}
