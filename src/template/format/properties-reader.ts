import type { TextCursor } from "./text-cursor.ts";

/** A comment, or one line of key and value with its continuations joined. */
export type PropertiesLine =
	| { readonly kind: "comment"; readonly start: number }
	| {
			readonly kind: "entry";
			readonly start: number;
			readonly text: string;
			/** Index in the whole text of each character of `text`. */
			readonly indexes: readonly number[];
			/** Length of the key in `text`. */
			readonly keyEnd: number;
			/** Where the value begins in `text`, past the separator. */
			readonly valueStart: number;
	  };

const BLANKS_AND_ENDS = /[ \t\f\r\n]+/y;
const COMMENT = /[#!][^\r\n]*/y;
const CONTENT = /[^\r\n\\]*(?:\\[^\r\n][^\r\n\\]*)*/y;
const CONTINUATION = /\\(?:\r\n|\r|\n)[ \t\f]*/y;
const SEPARATOR = /[ \t\f]*(?:[=:][ \t\f]*)?/y;

/**
 * Splits a text into lines as `java.util.Properties.load` does: its documentation, and where that is silent
 * the JDK's own reader (a line of nothing but a continuation begins afresh after it).
 *
 * @throws SyntaxError with the line, at a `\u` without four hexadecimal digits
 */
export function readProperties(cursor: TextCursor): PropertiesLine[] {
	const lines: PropertiesLine[] = [];
	for (;;) {
		cursor.take(BLANKS_AND_ENDS);
		if (cursor.done) return lines;
		const start = cursor.at;
		if (cursor.take(COMMENT) === undefined) lines.push(...readEntry(cursor));
		else lines.push({ kind: "comment", start });
	}
}

function readEntry(cursor: TextCursor): PropertiesLine[] {
	const start = cursor.at;
	const indexes: number[] = [];
	let text = "";
	do {
		const at = cursor.at;
		const content = cursor.take(CONTENT) ?? "";
		text += content;
		for (let offset = 0; offset < content.length; offset++) indexes.push(at + offset);
		if (/(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})/.test(content)) {
			cursor.fail('"\\u" without four hexadecimal digits', at);
		}
		if (cursor.take(CONTINUATION) === undefined) {
			cursor.take(/\\$/y); // at the very end it is dropped
			break;
		}
	} while (text !== "");
	if (text === "") return [];
	return [{ kind: "entry", start, text, indexes, ...split(text) }];
}

function split(text: string): { keyEnd: number; valueStart: number } {
	const key = /^(?:[^\\ \t\f=:]|\\.)*/s.exec(text)?.[0] ?? "";
	SEPARATOR.lastIndex = key.length;
	return { keyEnd: key.length, valueStart: key.length + (SEPARATOR.exec(text)?.[0].length ?? 0) };
}
