import { quoted, spelledUnicode } from "../printing/quote.ts";
import {
	isDigit,
	isSpace,
	KEYWORDS,
	numberEnd,
	type Token,
	type TokenKind,
	spacesEnd,
	withoutSpaces,
	wordEnd,
} from "./token.ts";

export interface Delimiters {
	readonly left: string;
	readonly right: string;
}

/** A trim marker is a dash and the space beside it. */
const MARKER = 2;

/** Splits a template into tokens, in one walk. An error is the last token but the end. */
export function tokensOf(input: string, delimiters: Delimiters): readonly Token[] {
	const lexer = new Lexer(input, delimiters);
	lexer.run();
	return lexer.tokens;
}

class Lexer {
	readonly tokens: Token[] = [];
	readonly #input: string;
	readonly #left: string;
	readonly #right: string;
	#at = 0;
	#start = 0;
	#parens = 0;
	#hasFailed = false;

	constructor(input: string, delimiters: Delimiters) {
		this.#input = input;
		this.#left = delimiters.left;
		this.#right = delimiters.right;
	}

	run(): void {
		while (!this.#hasFailed && this.#text()) {
			while (!this.#hasFailed && this.#insideAction());
		}
		this.tokens.push({ kind: "eof", text: "", at: this.#start });
	}

	/** What stands before an action. Gives whether there is one. */
	#text(): boolean {
		for (;;) {
			const found = this.#input.indexOf(this.#left, this.#at);
			const end = found < 0 ? this.#input.length : found;
			const afterLeft = end + this.#left.length;
			const isTrimmed = found >= 0 && this.#input[afterLeft] === "-" && isSpace(this.#input[afterLeft + 1]);
			this.#at = isTrimmed ? withoutSpaces(this.#input, this.#start, end) : end;
			if (this.#at > this.#start) this.#emit("text");
			this.#skipTo(end);
			if (found < 0) return false;
			this.#at = afterLeft;
			const inside = afterLeft + (isTrimmed ? MARKER : 0);
			if (!this.#input.startsWith("/*", inside)) {
				this.#emit("leftDelimiter");
				this.#skipTo(inside);
				this.#parens = 0;
				return true;
			}
			this.#skipTo(inside);
			if (!this.#comment()) return false;
		}
	}

	#comment(): boolean {
		const end = this.#input.indexOf("*/", this.#at + 2);
		if (end < 0) return this.#fail("unclosed comment");
		this.#at = end + 2;
		if (!this.#isAtAnyRight()) return this.#fail("comment ends before closing delimiter");
		this.#rightDelimiter(false);
		return true;
	}

	/** One token. Gives whether the action goes on. */
	#insideAction(): boolean {
		if (this.#isAtAnyRight()) {
			if (this.#parens > 0) return this.#fail("unclosed left paren");
			this.#rightDelimiter(true);
			return false;
		}
		const letter = this.#input[this.#at];
		if (letter === undefined) return this.#fail("unclosed action");
		if (isSpace(letter)) return this.#space();
		const next = this.#input[this.#at + 1];
		if (letter === "." && next !== undefined && !isDigit(next)) return this.#fieldOrVariable("field");
		if (letter === "." || letter === "+" || letter === "-" || isDigit(letter)) return this.#number();
		if (wordEnd(this.#input, this.#at) > this.#at) return this.#identifier();
		return this.#sign(letter);
	}

	/** What begins with another letter than words and numbers do. */
	#sign(letter: string): boolean {
		switch (letter) {
			case "=":
				return this.#take(1, "assign");
			case ":":
				this.#at++;
				if (this.#input[this.#at] !== "=") return this.#fail("expected :=");
				return this.#take(1, "declare");
			case '"':
			case "'":
				return this.#quoted(letter);
			case "`":
				return this.#rawString();
			case "$":
				return this.#fieldOrVariable("variable");
			case "|":
				return this.#take(1, "pipe");
			case "(":
				this.#parens++;
				return this.#take(1, "leftParen");
			case ")":
				if (--this.#parens < 0) return this.#fail("unexpected right paren");
				return this.#take(1, "rightParen");
			default:
				if (letter > " " && letter < "\u007F") return this.#take(1, "char");
				return this.#fail(`unrecognized character in action: ${spelledUnicode(this.#letter())}`);
		}
	}

	/** The last space of a run may be the one of a trim marker. */
	#space(): boolean {
		this.#at = spacesEnd(this.#input, this.#at) - 1;
		if (!this.#isAtTrimmingRight()) this.#at++;
		return this.#at === this.#start || this.#emit("space");
	}

	#quoted(quote: string): boolean {
		const what = quote === '"' ? "quoted string" : "character constant";
		for (this.#at++; this.#at < this.#input.length; this.#at++) {
			const letter = this.#input[this.#at];
			if (letter === quote) return this.#take(1, quote === '"' ? "string" : "charConstant");
			if (letter === "\\") this.#at++;
			if (this.#input[this.#at] === "\n") break;
		}
		return this.#fail(`unterminated ${what}`);
	}

	#rawString(): boolean {
		const end = this.#input.indexOf("`", this.#at + 1);
		if (end < 0) return this.#fail("unterminated raw quoted string");
		this.#at = end + 1;
		return this.#emit("rawString");
	}

	#fieldOrVariable(kind: "field" | "variable"): boolean {
		this.#at++;
		const end = wordEnd(this.#input, this.#at);
		const isDot = kind === "field" && end === this.#at;
		this.#at = end;
		if (!this.#isTerminated()) return this.#fail(`bad character ${spelledUnicode(this.#letter())}`);
		return this.#emit(isDot ? "keyword" : kind);
	}

	#identifier(): boolean {
		this.#at = wordEnd(this.#input, this.#at);
		if (!this.#isTerminated()) return this.#fail(`bad character ${spelledUnicode(this.#letter())}`);
		const word = this.#input.slice(this.#start, this.#at);
		if (KEYWORDS.has(word)) return this.#emit("keyword");
		return this.#emit(word === "true" || word === "false" ? "bool" : "identifier");
	}

	#number(): boolean {
		if (!this.#scanNumber()) return this.#badNumber();
		const sign = this.#input[this.#at];
		if (sign !== "+" && sign !== "-") return this.#emit("number");
		if (!this.#scanNumber() || this.#input[this.#at - 1] !== "i") return this.#badNumber();
		return this.#emit("complex");
	}

	#scanNumber(): boolean {
		this.#at = numberEnd(this.#input, this.#at);
		if (wordEnd(this.#input, this.#at) === this.#at) return true;
		this.#at += this.#letter().length;
		return false;
	}

	#badNumber(): boolean {
		return this.#fail(`bad number syntax: ${quoted(this.#input.slice(this.#start, this.#at))}`);
	}

	/** What may follow a name, so that `.X.Y` is two tokens and `$x+2` none. */
	#isTerminated(): boolean {
		const letter = this.#input[this.#at];
		return letter === undefined || isSpace(letter) || ".,|:()".includes(letter) || this.#isAtRight();
	}

	#rightDelimiter(isEmitted: boolean): void {
		const isTrimming = this.#isAtTrimmingRight();
		this.#skipTo(this.#at + (isTrimming ? MARKER : 0));
		this.#at += this.#right.length;
		if (isEmitted) this.#emit("rightDelimiter");
		else this.#skipTo(this.#at);
		if (isTrimming) this.#skipTo(spacesEnd(this.#input, this.#at));
	}

	#isAtRight(): boolean {
		return this.#input.startsWith(this.#right, this.#at);
	}

	#isAtAnyRight(): boolean {
		return this.#isAtRight() || this.#isAtTrimmingRight();
	}

	#isAtTrimmingRight(): boolean {
		const hasMarker = isSpace(this.#input[this.#at]) && this.#input[this.#at + 1] === "-";
		return hasMarker && this.#input.startsWith(this.#right, this.#at + MARKER);
	}

	/** The whole letter here, which may be two units. */
	#letter(): string {
		return String.fromCodePoint(this.#input.codePointAt(this.#at) ?? 0xfffd);
	}

	#take(length: number, kind: TokenKind): true {
		this.#at += length;
		return this.#emit(kind);
	}

	#emit(kind: TokenKind): true {
		const text = this.#input.slice(this.#start, this.#at);
		this.tokens.push({ kind, text, at: this.#start });
		this.#skipTo(this.#at);
		return true;
	}

	#skipTo(at: number): void {
		this.#start = at;
		this.#at = at;
	}

	#fail(text: string): false {
		this.tokens.push({ kind: "error", text, at: this.#start });
		this.#hasFailed = true;
		return false;
	}
}
