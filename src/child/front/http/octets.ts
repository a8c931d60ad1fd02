export const CR = 0x0d;
export const LF = 0x0a;
export const SP = 0x20;
export const TAB = 0x09;
export const COLON = 0x3a;
export const COMMA = 0x2c;
export const NUL = 0x00;
const ZERO = 0x30;
const NINE = 0x39;
/** Makes a letter a small one. */
const SMALL = 0x20;

const TOKEN = new Uint8Array(256);
for (const octet of Buffer.from(
	"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
)) {
	TOKEN[octet] = 1;
}

/** Part of a message's bytes; `to` is the first that is not of it. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** Whether names and methods may hold it (`tchar`, RFC 9110 section 5.6.2). */
export function isTokenOctet(octet: number | undefined): boolean {
	return octet !== undefined && TOKEN[octet] === 1;
}

/**
 * Finds the end of a line that holds no bare CR, no bare LF and no NUL: readers differ in where those end a line
 * (RFC 9112 section 2.2, RFC 9110 section 5.5).
 *
 * @returns index of its CR, or -1
 */
export function endOfLine(bytes: Buffer, from: number): number {
	for (let at = from; ; at++) {
		const octet = bytes[at];
		if (octet === CR) return bytes[at + 1] === LF ? at : -1;
		if (octet === LF || octet === NUL || octet === undefined) return -1;
	}
}

/** Without the spaces and tabs around it (`OWS`, RFC 9110 section 5.6.3). */
export function withoutPadding(bytes: Buffer, { from, to }: Span): Span {
	let first = from;
	let end = to;
	while (first < end && (bytes[first] === SP || bytes[first] === TAB)) first++;
	while (first < end && (bytes[end - 1] === SP || bytes[end - 1] === TAB)) end--;
	return { from: first, to: end };
}

/** Whether that is the word, in letters of any case; no text is made of it, since most fields are none of interest. */
export function spells(bytes: Buffer, { from, to }: Span, word: string): boolean {
	if (to - from !== word.length) return false;
	for (let index = 0; index < word.length; index++) {
		if (((bytes[from + index] ?? NUL) | SMALL) !== word.charCodeAt(index)) return false;
	}
	return true;
}

/** @returns the number that those digits are, -1 where there is anything but digits or none */
export function decimal(bytes: Buffer, { from, to }: Span): number {
	let value = 0;
	for (let at = from; at < to; at++) {
		const octet = bytes[at] ?? NUL;
		if (octet < ZERO || octet > NINE) return -1;
		value = value * 10 + octet - ZERO;
	}
	return from < to ? value : -1;
}
