import { COLON, endOfLine, isTokenOctet } from "./octets.ts";

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

/** First letters of the fields that matter, by the length of their names: the others are passed over unread. */
const INITIALS: Readonly<Record<number, number>> = { 6: 0x65, 7: 0x75, 10: 0x63, 14: 0x63, 17: 0x74 };
/** Makes a letter a small one. */
const SMALL = 0x20;
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
		const initial = INITIALS[colon - at];
		if (initial !== undefined && ((bytes[at] ?? 0) | SMALL) === initial) {
			const name = bytes.toString("latin1", at, colon).toLowerCase();
			if (!note(fields, name, withoutPadding(bytes.toString("latin1", colon + 1, lineEnd)))) return undefined;
		}
		at = lineEnd + 2;
	}
	return fields.isChunked && fields.length !== -1 ? undefined : fields;
}

/** @returns false when it makes the message ambiguous */
function note(fields: Fields, name: string, value: string): boolean {
	switch (name) {
		case "content-length":
			if (fields.length !== -1 || !/^\d+$/.test(value) || value.length > MOST_DIGITS) return false;
			fields.length = Number(value);
			return true;
		case "transfer-encoding":
			if (fields.isChunked || value.toLowerCase() !== "chunked") return false;
			fields.isChunked = true;
			return true;
		case "connection":
			for (const token of tokensOf(value)) {
				if (token === "close") fields.closes = true;
				else if (token === "keep-alive") fields.keepsAlive = true;
			}
			return true;
		case "upgrade":
			fields.upgrades = true;
			return true;
		case "expect":
			fields.expects = true;
			return true;
		default:
			return true;
	}
}

/** Members of a list such as `Connection` has, in small letters. */
export function tokensOf(value: string): string[] {
	return value.split(",").map((member) => withoutPadding(member).toLowerCase());
}

/** `trim` takes away more than the space and the tab that are optional there (RFC 9110 section 5.6.3). */
function withoutPadding(text: string): string {
	let from = 0;
	let to = text.length;
	while (text[from] === " " || text[from] === "\t") from++;
	while (to > from && (text[to - 1] === " " || text[to - 1] === "\t")) to--;
	return text.slice(from, to);
}
