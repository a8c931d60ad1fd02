import type { TextCursor } from "./text-cursor.ts";

/** Settings of {@link readExpansion}. */
export interface ExpansionPlace {
	/** Whether double quotes are around it. */
	readonly inDouble: boolean;
	/** Reads commands up to the `)` that ends them. */
	readonly readCommands: (cursor: TextCursor) => void;
}

const DISPUTED = "is read in different ways by different shells";

/**
 * Reads over what the shell replaces when it runs: `$name`, `${…}`, `$(…)`, `$((…))`, `` `…` ``
 * (POSIX.1-2024, Shell Command Language, 2.6). Only its end matters here: no value may stand in it.
 *
 * Letters after `$1` or `$?` count as part of it, so that a value right after an expansion without braces is
 * seen to touch it: in `"$name{{v}}"` the value would be taken for the rest of the name.
 *
 * @param cursor stands at `$` or a backquote
 * @returns the expansion as written, or `undefined` when the `$` stands for itself and was read over
 * @throws SyntaxError with the line, also where shells disagree on the end
 */
export function readExpansion(cursor: TextCursor, place: ExpansionPlace): string | undefined {
	const start = cursor.at;
	if (cursor.peek(/`/y) !== undefined) {
		if (cursor.take(/`[^`\\]*(?:\\.[^`\\]*)*`/sy) === undefined) cursor.fail("a backquote is never closed");
	} else if (cursor.take(/\$\(\(/y) !== undefined) readArithmetic(cursor, place);
	else if (cursor.take(/\$\(/y) !== undefined) {
		place.readCommands(cursor);
		if (cursor.take(/\)/y) === undefined) cursor.fail('"$(" is never closed', start);
	} else if (cursor.take(/\$\{/y) !== undefined) readBraces(cursor, place);
	else if (cursor.peek(place.inDouble ? /\$\[/y : /\$['"[]/y) !== undefined) {
		cursor.fail(`"$" before a quote or "[" ${DISPUTED}`);
	} else {
		const plain = cursor.take(/\$[@*#?$!-]?[A-Za-z0-9_]*/y);
		if (cursor.peek(/\\\n/y) !== undefined) cursor.fail('a line continuation right after "$" or a name');
		if (plain === "$") return undefined;
	}
	return cursor.text.slice(start, cursor.at);
}

function readBraces(cursor: TextCursor, place: ExpansionPlace): void {
	const start = cursor.at - 2;
	if (cursor.peek(/[\s|]/y) !== undefined) cursor.fail('"${" needs a name');
	while (cursor.take(/\}/y) === undefined) {
		if (cursor.done) cursor.fail('"${" is never closed', start);
		if (cursor.take(/[^}$`'"\\]+/y) !== undefined) continue;
		if (cursor.peek(/[$`]/y) !== undefined) readExpansion(cursor, place);
		else if (place.inDouble) cursor.fail(`a quote or backslash in "\${…}" in double quotes ${DISPUTED}`);
		else if (cursor.take(/'[^']*'|"[^"\\$`]*"|\\[^\n]/y) === undefined) {
			cursor.fail('"${…}" holds more quoting than can be followed');
		}
	}
}

function readArithmetic(cursor: TextCursor, place: ExpansionPlace): void {
	const start = cursor.at - 3;
	for (let depth = 0; ; ) {
		if (cursor.done) cursor.fail('"$((" is never closed', start);
		if (depth === 0 && cursor.take(/\)\)/y) !== undefined) return;
		if (cursor.take(/[^()$`'"\\]+/y) !== undefined) continue;
		if (cursor.take(/\(/y) !== undefined) depth++;
		else if (depth > 0 && cursor.take(/\)/y) !== undefined) depth--;
		else if (cursor.peek(/[$`]/y) !== undefined) readExpansion(cursor, { ...place, inDouble: true });
		else cursor.fail(`a quote or a lone ")" in "$((…))" ${DISPUTED}`);
	}
}
