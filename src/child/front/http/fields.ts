import {
	COLON,
	COMMA,
	decimal,
	endOfLine,
	isTokenOctet,
	type Span,
	spells,
	withoutPadding,
} from "./octets.ts";

/** What the header fields of one message say about its end and the connection's. */
export interface Fields {
	/** Of `Content-Length`; -1 without one. */
	length: number;
	isChunked: boolean;
	/** Tokens of `Connection`. */
	closes: boolean;
	keepsAlive: boolean;
	/** It has an `Upgrade` field. */
	upgrades: boolean;
	/** `Expect: 100-continue` or another expectation. */
	expects: boolean;
}

/**
 * Reads a field of interest.
 *
 * @returns false when it makes the message ambiguous
 */
type Note = (fields: Fields, bytes: Buffer, value: Span) => boolean;

/** The fields of interest by the length of their names, of which no two have the same. */
const NOTES: Readonly<Record<number, { readonly name: string; readonly note: Note }>> = {
	6: { name: "expect", note: (fields) => (fields.expects = true) },
	7: { name: "upgrade", note: (fields) => (fields.upgrades = true) },
	10: { name: "connection", note: noteConnection },
	14: { name: "content-length", note: noteLength },
	17: { name: "transfer-encoding", note: noteCoding },
};
/** Longest `Content-Length` that is a safe integer whatever its digits. */
const MOST_DIGITS = 15;

/**
 * Reads header fields, all of them or none.
 *
 * Strict where readers are known to differ, each of which has been a way to smuggle requests: a line folded onto the
 * next (RFC 9112 section 5.2) or white space before the first field (2.2), white space before the colon (5.1), a line
 * end that is no CRLF (2.2), `Content-Length` that is repeated or no plain number (6.3), `Transfer-Encoding` that
 * says anything but `chunked` once (6.1), or both (6.3).
 *
 * @param from where the first field line begins
 * @param end where the empty line begins
 * @returns nothing when they are ambiguous
 */
export function readFields(bytes: Buffer, from: number, end: number): Fields | undefined {
	const fields: Fields = {
		length: -1,
		isChunked: false,
		closes: false,
		keepsAlive: false,
		upgrades: false,
		expects: false,
	};
	for (let at = from; at < end; ) {
		let colon = at;
		while (isTokenOctet(bytes[colon])) colon++;
		if (colon === at || bytes[colon] !== COLON) return undefined;
		const lineEnd = endOfLine(bytes, colon + 1);
		if (lineEnd === -1) return undefined;
		const known = NOTES[colon - at];
		if (known !== undefined && spells(bytes, { from: at, to: colon }, known.name)) {
			const value = withoutPadding(bytes, { from: colon + 1, to: lineEnd });
			if (!known.note(fields, bytes, value)) return undefined;
		}
		at = lineEnd + 2;
	}
	return fields.isChunked && fields.length !== -1 ? undefined : fields;
}

function noteLength(fields: Fields, bytes: Buffer, value: Span): boolean {
	if (fields.length !== -1 || value.to - value.from > MOST_DIGITS) return false;
	fields.length = decimal(bytes, value);
	return fields.length !== -1;
}

function noteCoding(fields: Fields, bytes: Buffer, value: Span): boolean {
	if (fields.isChunked) return false;
	fields.isChunked = spells(bytes, value, "chunked");
	return fields.isChunked;
}

function noteConnection(fields: Fields, bytes: Buffer, { from, to }: Span): boolean {
	for (let at = from; at < to; ) {
		const comma = bytes.indexOf(COMMA, at);
		const end = comma === -1 ? to : Math.min(comma, to);
		const token = withoutPadding(bytes, { from: at, to: end });
		if (spells(bytes, token, "close")) fields.closes = true;
		else if (spells(bytes, token, "keep-alive")) fields.keepsAlive = true;
		at = end + 1;
	}
	return true;
}
