import { readHeredoc } from "./heredoc.ts";
import { readQuoted } from "./quoted.ts";
import type { Source } from "./source.ts";

/** One sign of HCL 1. */
export type Token =
	| { readonly kind: "word" | "text" | "heredoc"; readonly text: string; readonly offset: number }
	| { readonly kind: "number"; readonly number: number; readonly source: string; readonly offset: number }
	| { readonly kind: "bool"; readonly bool: boolean; readonly offset: number }
	| { readonly kind: "{" | "}" | "[" | "]" | "=" | "," | "end"; readonly offset: number };

const BLANK = /[ \t\r\n]*/y;
const WORD = /[\p{L}_][\p{L}\p{Nd}_.-]*/uy;
const NUMBER = /-?0[xX][0-9A-Fa-f]+|-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y;

const QUOTES =
	'this quote ends the text before what seems to be the rest of it; within quotes write \\", or write the text as <<EOT … EOT';

/** Takes a text apart, from its begin to its end. */
export class Lexer {
	readonly #source: Source;
	#at = 0;

	constructor(source: Source) {
		this.#source = source;
	}

	/** @throws ConfigError for what is no sign at all */
	next(): Token {
		this.#skip();
		const offset = this.#at;
		const letter = this.#source.text[offset];
		switch (letter) {
			case undefined:
				return { kind: "end", offset };
			case "{":
			case "}":
			case "[":
			case "]":
			case "=":
			case ",":
				this.#at++;
				return { kind: letter, offset };
			case '"':
				return this.#quoted(offset);
			case "<": {
				const { text, end } = readHeredoc(this.#source, offset);
				this.#at = end;
				return { kind: "heredoc", text, offset };
			}
			default:
				return this.#word(offset) ?? this.#number(offset);
		}
	}

	/** Blanks and comments. */
	#skip(): void {
		const { text } = this.#source;
		for (;;) {
			this.#match(BLANK);
			const begin = this.#at;
			if (text[begin] !== "#" && text[begin] !== "/") return;
			if (text.startsWith("/*", begin)) {
				const end = text.indexOf("*/", begin + 2);
				if (end < 0) this.#source.fail(begin, "this comment is not closed: */ is missing");
				this.#at = end + 2;
			} else if (text[begin] === "#" || text[begin + 1] === "/") {
				const end = text.indexOf("\n", begin);
				this.#at = end < 0 ? text.length : end;
			} else this.#source.fail(begin, "expected a comment (// or /*); a path needs quotes");
		}
	}

	#quoted(offset: number): Token {
		const { text, end } = readQuoted(this.#source, offset);
		this.#at = end;
		if (/[\p{L}\p{Nd}_/$-]/u.test(this.#source.text[end] ?? "")) this.#source.doubt(end - 1, QUOTES);
		return { kind: "text", text, offset };
	}

	#word(offset: number): Token | undefined {
		const text = this.#match(WORD);
		if (text === "true" || text === "false") return { kind: "bool", bool: text === "true", offset };
		return text === undefined ? undefined : { kind: "word", text, offset };
	}

	#number(offset: number): Token {
		const source = this.#match(NUMBER);
		if (source === undefined)
			return this.#source.fail(offset, "this sign means nothing here; a text needs quotes");
		if (/[\p{L}\p{Nd}_.]/u.test(this.#source.text[this.#at] ?? "")) {
			this.#source.fail(offset, 'what begins with a digit and is no number needs quotes, such as "30s"');
		}
		const number = numberOf(source);
		if (number === undefined) {
			return this.#source.fail(offset, "a number that begins with 0 is octal: its digits are 0 to 7");
		}
		if (!isWithin(source, number)) return this.#source.fail(offset, "this number is too large");
		return { kind: "number", number, source, offset };
	}

	#match(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.#at;
		const found = pattern.exec(this.#source.text)?.[0];
		this.#at += found?.length ?? 0;
		return found;
	}
}

const WHOLE = /^-?(?:0[xX][0-9A-Fa-f]+|\d+)$/;

/** Undefined for octal digits that are none. */
function numberOf(source: string): number | undefined {
	const isNegative = source.startsWith("-");
	const digits = isNegative ? source.slice(1) : source;
	const isOctal = WHOLE.test(source) && /^0\d/.test(digits);
	if (isOctal && !/^[0-7]+$/.test(digits)) return undefined;
	const number = isOctal ? Number.parseInt(digits, 8) : Number(digits);
	return isNegative && number !== 0 ? -number : number;
}

/** Whether the number fits where programs in Go keep it. */
function isWithin(source: string, number: number): boolean {
	const isWhole = WHOLE.test(source);
	return isWhole ? number < 2 ** 63 && number >= -(2 ** 63) : Number.isFinite(number);
}
