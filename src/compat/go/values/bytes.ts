import { GoFault } from "./fault.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes of a text as Go has them, each as one letter, so that they can be counted and cut as Go does. */
export function bytesOf(text: string): string {
	return Buffer.from(text).toString("latin1");
}

/**
 * The text of such bytes.
 *
 * @throws GoFault where a letter was cut through, which Go would write as broken bytes
 */
export function textOf(bytes: string): string {
	return decoded(Buffer.from(bytes, "latin1"), "cuts through a letter of more than one byte");
}

/** @throws GoFault with the reason for bytes that are no UTF-8 */
export function decoded(bytes: Uint8Array, reason = "got bytes that are no UTF-8 text"): string {
	try {
		return UTF8.decode(bytes);
	} catch {
		throw new GoFault(reason);
	}
}

/** Go's `text[start:end]`, in bytes. */
export function sliceBytes(text: string, start: number, end?: number): string {
	const bytes = bytesOf(text);
	const stop = end ?? bytes.length;
	if (start < 0 || stop > bytes.length || start > stop) {
		throw new GoFault(`slice bounds out of range [${start}:${stop}] with length ${bytes.length}`);
	}
	return textOf(bytes.slice(start, stop));
}

const ALPHABETS = { standard: /^[A-Za-z0-9+/]*={0,2}$/, url: /^[\w-]*={0,2}$/ } as const;

/** Padded base64, as Go reads it: ends of lines are passed over, bits beyond the last byte are nobody's. @throws GoFault */
export function base64Bytes(text: string, alphabet: keyof typeof ALPHABETS = "standard"): Buffer {
	const letters = text.replaceAll(/[\r\n]/g, "");
	if (letters.length % 4 !== 0 || !ALPHABETS[alphabet].test(letters))
		throw new GoFault("illegal base64 data");
	return Buffer.from(letters, "base64");
}
