import { CR, decimal, endOfLine, isTokenOctet, SP } from "./octets.ts";

/** `GET /path HTTP/1.1` */
export interface RequestLine {
	/** Where its method ends. */
	readonly methodEnd: number;
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

const VERSION = Buffer.from("HTTP/1.");
const VERSION_LENGTH = VERSION.length + 1;
const ZERO = 0x30;
const ONE = 0x31;

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
	return minor === undefined ? undefined : { methodEnd, minor, next: end + 2 };
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
	const status = decimal(bytes, { from: code, to: code + 3 });
	const after = bytes[code + 3];
	if (status < 100 || status > 599 || (after !== SP && after !== CR)) return undefined;
	return { minor, status, next: end + 2 };
}

function minorVersion(bytes: Buffer, from: number): 0 | 1 | undefined {
	for (let index = 0; index < VERSION.length; index++) {
		if (bytes[from + index] !== VERSION[index]) return undefined;
	}
	const minor = bytes[from + VERSION.length];
	if (minor === ONE) return 1;
	return minor === ZERO ? 0 : undefined;
}
