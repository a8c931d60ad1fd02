export const CR = 0x0d;
export const LF = 0x0a;
export const SP = 0x20;
export const TAB = 0x09;
export const COLON = 0x3a;
export const NUL = 0x00;

const TOKEN = new Uint8Array(256);
for (const octet of Buffer.from(
	"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
)) {
	TOKEN[octet] = 1;
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
