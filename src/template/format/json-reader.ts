import type { TextCursor } from "./text-cursor.ts";

/** A piece of a JSON text in which a value may stand. */
export interface JsonPiece {
	readonly kind: "string" | "key" | "bare";
	readonly start: number;
	readonly text: string;
}

const BLANKS = /[ \t\n\r]+/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const BARE = /[^ \t\n\r"{}[\],:]+/y;
const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;

/** Settings of {@link readJson}. */
export interface JsonReading {
	/** Whether a bare word that is neither a number nor `true`, `false` or `null` may stand: one with a value in it. */
	readonly allows: (bare: string) => boolean;
	/** Called for every string, key and bare word, in order. */
	readonly visit: (piece: JsonPiece) => void;
}

/**
 * Reads one JSON text (RFC 8259) for its shape alone, to name the line of a fault in words that quote nothing:
 * `JSON.parse` quotes the text, and a raw value may be in it.
 *
 * @throws SyntaxError with the line
 */
export function readJson(cursor: TextCursor, reading: JsonReading): void {
	readValue(cursor, reading);
	cursor.take(BLANKS);
	if (!cursor.done) cursor.fail("text after the end of the JSON value");
}

function readValue(cursor: TextCursor, reading: JsonReading): void {
	cursor.take(BLANKS);
	if (cursor.take(/\{/y) !== undefined) readMembers(cursor, "}", reading);
	else if (cursor.take(/\[/y) !== undefined) readMembers(cursor, "]", reading);
	else readScalar(cursor, "bare", reading);
}

function readMembers(cursor: TextCursor, closing: "}" | "]", reading: JsonReading): void {
	const opening = cursor.at - 1;
	const isEnd = () => {
		cursor.take(BLANKS);
		if (cursor.done) cursor.fail(`"${closing === "}" ? "{" : "["}" is never closed`, opening);
		return cursor.text[cursor.at] === closing;
	};
	for (let first = true; !isEnd(); first = false) {
		if (!first && cursor.take(/,/y) === undefined)
			cursor.fail(`neither "," nor "${closing}" after an element`);
		if (!first && isEnd()) cursor.fail(`a "," with nothing before "${closing}"`);
		if (closing === "}") {
			readScalar(cursor, "key", reading);
			cursor.take(BLANKS);
			if (cursor.take(/:/y) === undefined) cursor.fail('no ":" after a key');
		}
		readValue(cursor, reading);
	}
	cursor.at++;
}

function readScalar(cursor: TextCursor, place: "key" | "bare", reading: JsonReading): void {
	const start = cursor.at;
	const string = cursor.take(STRING);
	if (string !== undefined) {
		if (!isString(string)) cursor.fail("a string with a control character or an unknown escape in it", start);
		return reading.visit({ kind: "string", start, text: string });
	}
	if (cursor.peek(/"/y) !== undefined) cursor.fail("a string is never closed");
	const bare = cursor.take(BARE) ?? cursor.fail(place === "key" ? "no key here" : "no value here");
	if (!reading.allows(bare)) {
		if (place === "key") cursor.fail("a key without quotes", start);
		if (!LITERAL.test(bare)) cursor.fail("a text without quotes", start);
	}
	return reading.visit({ kind: place, start, text: bare });
}

function isString(quoted: string): boolean {
	try {
		JSON.parse(quoted);
		return true;
	} catch {
		return false; // its message quotes the text
	}
}
