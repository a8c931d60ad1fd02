/** Thrown for a constant that Go could not read. */
export class ConstantFault extends Error {
	override readonly name = "ConstantFault";
}

const SHORT: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** How many digits follow the letter, and in which base. */
const NUMBERED: Readonly<Record<string, readonly [digits: number, base: number]>> = {
	x: [2, 16],
	u: [4, 16],
	U: [8, 16],
};

/**
 * What a string constant means: `"…"` with escapes, or raw between backquotes.
 *
 * @throws ConstantFault where Go cannot read it, and for bytes that are no letters
 */
export function unquoted(source: string): string {
	const inner = source.slice(1, -1);
	if (source.startsWith("`")) return inner.replaceAll("\r", "");
	if (!inner.includes("\\")) return inner;
	const parts: Buffer[] = [];
	for (let at = 0; at < inner.length; ) {
		const escape = inner.indexOf("\\", at);
		if (escape !== at) {
			const end = escape < 0 ? inner.length : escape;
			parts.push(Buffer.from(inner.slice(at, end)));
			at = end;
			continue;
		}
		const { value, length, isByte } = escapeAt(inner, at, '"');
		parts.push(isByte ? Buffer.of(value) : Buffer.from(String.fromCodePoint(value)));
		at += length;
	}
	return asText(Buffer.concat(parts));
}

/** The number of the letter of a constant `'x'`. @throws ConstantFault */
export function unquotedLetter(source: string): number {
	const inner = source.slice(1, -1);
	const plain = inner.codePointAt(0);
	if (plain === undefined) throw new ConstantFault("invalid syntax");
	const isEscape = inner.startsWith("\\");
	const read = isEscape
		? escapeAt(inner, 0, "'")
		: { value: plain, length: String.fromCodePoint(plain).length };
	if (read.length !== inner.length) throw new ConstantFault(`malformed character constant: ${source}`);
	return read.value;
}

interface Escape {
	readonly value: number;
	readonly length: number;
	/** One byte of a letter, not a letter. */
	readonly isByte: boolean;
}

function escapeAt(text: string, at: number, quote: string): Escape {
	const letter = text[at + 1] ?? "";
	if (letter === "\\" || letter === quote) return { value: letter.charCodeAt(0), length: 2, isByte: false };
	const short = Object.hasOwn(SHORT, letter) ? SHORT[letter] : undefined;
	if (short !== undefined) return { value: short, length: 2, isByte: false };
	if (letter >= "0" && letter <= "7") return numbered(text.slice(at + 1, at + 4), { digits: 3, base: 8 }, 1);
	const [digits, base] = (Object.hasOwn(NUMBERED, letter) ? NUMBERED[letter] : undefined) ?? [];
	if (digits === undefined || base === undefined) throw new ConstantFault("invalid syntax");
	return numbered(text.slice(at + 2, at + 2 + digits), { digits, base }, 2);
}

function numbered(
	source: string,
	{ digits, base }: { readonly digits: number; readonly base: number },
	before: number,
): Escape {
	const isComplete = source.length === digits && (base === 8 ? /^[0-7]+$/ : /^[\da-fA-F]+$/).test(source);
	const value = isComplete ? Number.parseInt(source, base) : Number.NaN;
	const isByte = digits < 4;
	const isSurrogate = value >= 0xd800 && value <= 0xdfff;
	if (!(value <= (isByte ? 0xff : 0x10ffff)) || isSurrogate) throw new ConstantFault("invalid syntax");
	return { value, length: before + digits, isByte };
}

function asText(bytes: Buffer): string {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw new ConstantFault("its bytes are not letters (UTF-8), which no text of keyturn can hold");
	}
}
