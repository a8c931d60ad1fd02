/** ASN.1 tags that certificates are made of (X.690, section 8). */
export const Tag = {
	boolean: 0x01,
	integer: 0x02,
	bitString: 0x03,
	octetString: 0x04,
	null: 0x05,
	objectId: 0x06,
	utf8: 0x0c,
	utcTime: 0x17,
	generalizedTime: 0x18,
	sequence: 0x30,
	set: 0x31,
} as const;

/** A tag of the specification's own: `[number]`, by its bytes alone or around other values. */
export function contextTag(number: number, kind: "bytes" | "values"): number {
	return (kind === "values" ? 0xa0 : 0x80) | number;
}

/** One value in DER: tag, length, content. */
export function encode(tag: number, ...content: readonly Uint8Array[]): Buffer {
	const body = Buffer.concat(content);
	return Buffer.concat([Buffer.from([tag]), encodeLength(body.length), body]);
}

export function sequence(...values: readonly Uint8Array[]): Buffer {
	return encode(Tag.sequence, ...values);
}

/** @param bytes big-endian and not negative */
export function integer(bytes: Uint8Array): Buffer {
	const start = bytes.findIndex((byte) => byte !== 0);
	const digits = start === -1 ? Buffer.of(0) : bytes.subarray(start);
	const isTakenForNegative = ((digits[0] ?? 0) & 0x80) !== 0;
	return encode(Tag.integer, isTakenForNegative ? Buffer.of(0) : Buffer.of(), digits);
}

/** @param dotted e.g. `2.5.4.3` */
export function objectId(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
	return encode(Tag.objectId, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
	return encode(Tag.bitString, Buffer.of(unusedBits), bytes);
}

/** In whole seconds; up to 2049 with two digits for the year, as RFC 5280 (section 4.1.2.5) wants it. */
export function time(ms: number): Buffer {
	const digits = new Date(ms).toISOString().replaceAll(/\.\d+|[-:T]/g, "");
	const isShort = Number(digits.slice(0, 4)) < 2050;
	return isShort
		? encode(Tag.utcTime, Buffer.from(digits.slice(2)))
		: encode(Tag.generalizedTime, Buffer.from(digits));
}

function encodeLength(length: number): Buffer {
	if (length < 0x80) return Buffer.of(length);
	const hex = length.toString(16);
	const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
	return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}

function base128(arc: number): number[] {
	const digits = [arc & 0x7f];
	for (let rest = arc >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
	return digits;
}

/** A value that was read; `content` is a view of the whole. */
export interface DerValue {
	readonly tag: number;
	readonly content: Buffer;
	/** With tag and length. */
	readonly whole: Buffer;
}

/** The values that stand one after the other in `bytes`. @throws RangeError when they are cut short */
export function decode(bytes: Buffer): DerValue[] {
	const values: DerValue[] = [];
	for (let at = 0; at < bytes.length; ) {
		const { start, end } = contentSpan(bytes, at);
		if (end > bytes.length) throw new RangeError("Cannot read DER: a value is longer than what is there");
		values.push({
			tag: bytes[at] ?? 0,
			content: bytes.subarray(start, end),
			whole: bytes.subarray(at, end),
		});
		at = end;
	}
	return values;
}

function contentSpan(bytes: Buffer, at: number): { start: number; end: number } {
	const first = bytes.readUInt8(at + 1);
	if (first < 0x80) return { start: at + 2, end: at + 2 + first };
	const width = first & 0x7f;
	const start = at + 2 + width;
	return { start, end: start + bytes.readUIntBE(at + 2, width) };
}
