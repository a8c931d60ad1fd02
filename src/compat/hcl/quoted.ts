import type { Source } from "./source.ts";

/** A text in quotes, and the offset after its closing quote. */
interface Quoted {
	readonly text: string;
	readonly end: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
	a: "\u0007",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	"\\": "\\",
	'"': '"',
};

/** Escapes with digits: how many, of what kind. Up to three of octal ones stand for a byte, as two of `\x` do. */
const NUMBERED: Readonly<Record<string, { digits: RegExp; base: number; isByte: boolean }>> = {
	x: { digits: /[0-9A-Fa-f]{2}/y, base: 16, isByte: true },
	u: { digits: /[0-9A-Fa-f]{4}/y, base: 16, isByte: false },
	U: { digits: /[0-9A-Fa-f]{8}/y, base: 16, isByte: false },
};
const OCTAL = { digits: /[0-3][0-7]{2}/y, base: 8, isByte: true };

/**
 * Reads a text in double quotes. What stands within `${` and `}` is left as it is, quotes and line ends too.
 *
 * @param start offset of the opening quote
 */
export function readQuoted(source: Source, start: number): Quoted {
	const { text } = source;
	const out = new Characters(source, start);
	let braces = 0;
	for (let at = start + 1; at < text.length; at++) {
		const letter = text[at] ?? "";
		if (letter === "\n" && braces === 0) break;
		if (letter === '"' && braces === 0) return { text: out.end(), end: at + 1 };
		if (letter === "\\") {
			const escape = readEscape(source, at);
			if (braces > 0) out.add(text.slice(at, escape.end));
			else out.addEscape(escape);
			at = escape.end - 1;
			continue;
		}
		if (letter === "{" && (braces > 0 || text[at - 1] === "$")) braces++;
		else if (letter === "}" && braces > 0) braces--;
		out.add(letter);
	}
	if (braces > 0) source.fail(start, 'this text is not closed: the } of a "${" in it is missing');
	return source.fail(
		start,
		"this text is not closed in its line; end it with a quote, or write several lines as <<EOT … EOT",
	);
}

interface Escape {
	readonly code: number;
	/** Not a character by itself, perhaps. */
	readonly isByte: boolean;
	/** Offset after it. */
	readonly end: number;
}

function readEscape(source: Source, at: number): Escape {
	const { text } = source;
	const letter = text[at + 1] ?? "";
	const simple = SIMPLE[letter];
	if (simple !== undefined) return { code: simple.charCodeAt(0), isByte: false, end: at + 2 };
	const isOctal = /[0-7]/.test(letter);
	const kind = isOctal ? OCTAL : NUMBERED[letter];
	if (kind === undefined) return source.fail(at, "unknown escape in quotes; a backslash is written \\\\");
	const from = isOctal ? at + 1 : at + 2;
	kind.digits.lastIndex = from;
	const digits = kind.digits.exec(text)?.[0];
	const code = Number.parseInt(digits ?? "", kind.base);
	if (digits === undefined || code > 0x10_ff_ff) {
		return source.fail(
			at,
			"an escape is \\000 (octal), \\x00, \\u0000 or \\U00000000, with all of its digits",
		);
	}
	return { code, isByte: kind.isByte, end: from + digits.length };
}

/** Half of a surrogate pair is no character; Go writes the replacement for it. */
function character(code: number): string {
	return code >= 0xd8_00 && code <= 0xdf_ff ? "\uFFFD" : String.fromCodePoint(code);
}

/** Characters and single bytes, one after another, as text. */
class Characters {
	readonly #source: Source;
	readonly #start: number;
	readonly #parts: string[] = [];
	#bytes: number[] = [];

	constructor(source: Source, start: number) {
		this.#source = source;
		this.#start = start;
	}

	add(text: string): void {
		if (this.#bytes.length > 0) this.#flush();
		this.#parts.push(text);
	}

	addEscape({ code, isByte }: Escape): void {
		if (isByte) this.#bytes.push(code);
		else this.add(character(code));
	}

	end(): string {
		this.#flush();
		return this.#parts.join("");
	}

	#flush(): void {
		try {
			this.#parts.push(
				new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(this.#bytes)),
			);
		} catch {
			this.#source.fail(this.#start, "the bytes that this text escapes are no text (UTF-8)");
		}
		this.#bytes = [];
	}
}
