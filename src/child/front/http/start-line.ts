import { CR, endOfLine, isTokenOctet, SP } from "./octets.ts";

/** `GET /path HTTP/1.1` */
export interface RequestLine {
	readonly method: string;
	/** Of HTTP/1. */
	readonly minor: 0 | 1;
	/** Where the first field line begins. */
	readonly next: number;
}

/** `HTTP/1.1 200 OK` */
export interface StatusLine {
	readonly minor: 0 | 1;
	readonly status: number;
	readonly next: number;
}

const VERSION_LENGTH = "HTTP/1.1".length;

/**
 * Reads a request line: three parts with one space between each (RFC 9112 section 3).
 *
 * HTTP/2's preface (`PRI * HTTP/2.0`) and HTTP/0.9 are no such line.
 *
 * @returns nothing when it is another
 */
export function readRequestLine(bytes: Buffer, from: number): RequestLine | undefined {
	const end = endOfLine(bytes, from);
	let methodEnd = from;
	while (isTokenOctet(bytes[methodEnd])) methodEnd++;
	const targetEnd = end - VERSION_LENGTH - 1;
	if (end === -1 || methodEnd === from || bytes[methodEnd] !== SP || targetEnd <= methodEnd + 1)
		return undefined;
	if (bytes[targetEnd] !== SP) return undefined;
	for (let at = methodEnd + 1; at < targetEnd; at++) {
		if ((bytes[at] ?? 0) <= SP) return undefined;
	}
	const minor = minorVersion(bytes, targetEnd + 1);
	if (minor === undefined) return undefined;
	return { method: bytes.toString("latin1", from, methodEnd), minor, next: end + 2 };
}

/**
 * Reads a status line (RFC 9112 section 4).
 *
 * @returns nothing when it is none
 */
export function readStatusLine(bytes: Buffer, from: number): StatusLine | undefined {
	const end = endOfLine(bytes, from);
	const minor = minorVersion(bytes, from);
	const code = from + VERSION_LENGTH + 1;
	if (end < code + 3 || minor === undefined || bytes[code - 1] !== SP) return undefined;
	const text = bytes.toString("latin1", code, code + 3);
	const after = bytes[code + 3];
	if (!/^[1-5]\d\d$/.test(text) || (after !== SP && after !== CR)) return undefined;
	return { minor, status: Number(text), next: end + 2 };
}

function minorVersion(bytes: Buffer, at: number): 0 | 1 | undefined {
	switch (bytes.toString("latin1", at, at + VERSION_LENGTH)) {
		case "HTTP/1.1":
			return 1;
		case "HTTP/1.0":
			return 0;
		default:
			return undefined;
	}
}
