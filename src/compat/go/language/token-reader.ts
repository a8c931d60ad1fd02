import { GoTemplateError } from "./errors.ts";
import { quoted } from "../printing/quote.ts";
import type { Source } from "./source.ts";
import type { Token, TokenKind } from "./token.ts";

/** Letters of a token that a message shows. */
const SHOWN = 10;

/** The tokens of a template for its parser, and how it complains about them. */
export class TokenReader {
	/** Line of the action that is being read; absent between two. */
	actionLine: number | undefined;
	readonly source: Source;
	readonly #tokens: readonly Token[];
	readonly #end: Token;
	#next = 0;
	/** The last token that was looked at: Go's errors tell its line. */
	#farthest = 0;

	constructor(tokens: readonly Token[], source: Source) {
		const end = tokens.at(-1);
		if (end === undefined) throw new RangeError("Cannot read a template: its tokens have no end");
		this.source = source;
		this.#tokens = tokens;
		this.#end = end;
	}

	next(): Token {
		const token = this.#tokens[this.#next] ?? this.#end;
		this.#farthest = Math.max(this.#farthest, this.#next);
		this.#next++;
		return token;
	}

	peek(): Token {
		const token = this.next();
		this.#next--;
		return token;
	}

	/** A place to {@link goBack} to. */
	mark(): number {
		return this.#next;
	}

	goBack(mark: number): void {
		this.#next = mark;
	}

	nextNonSpace(): Token {
		for (;;) {
			const token = this.next();
			if (token.kind !== "space") return token;
		}
	}

	/** Spaces are behind it afterwards. */
	peekNonSpace(): Token {
		const token = this.nextNonSpace();
		this.#next--;
		return token;
	}

	expect(kinds: readonly TokenKind[], context: string): Token {
		const token = this.nextNonSpace();
		return kinds.includes(token.kind) ? token : this.unexpected(token, context);
	}

	/** @throws GoTemplateError always */
	unexpected(token: Token, context: string): never {
		if (token.kind !== "error") return this.fail(`unexpected ${described(token)} in ${context}`);
		const { line } = this.source.place(token.at);
		if (this.actionLine === undefined || this.actionLine === line) return this.fail(token.text);
		const started = ` started at ${this.source.file}:${this.actionLine}`;
		return this.fail(`${token.text}${token.text.endsWith(" action") ? "" : " in action"}${started}`);
	}

	/** The last token that was looked at. */
	last(): Token {
		return this.#tokens[this.#farthest] ?? this.#end;
	}

	/** @throws GoTemplateError always */
	fail(reason: string, token: Token = this.last(), advice?: string): never {
		throw GoTemplateError.syntax(this.source.place(token.at), reason, advice);
	}
}

/** A token as Go shows it in a message. */
function described(token: Token): string {
	switch (token.kind) {
		case "eof":
			return "EOF";
		case "keyword":
			return `<${token.text}>`;
		default: {
			const letters = Array.from(token.text);
			return letters.length > SHOWN ? `${quoted(letters.slice(0, SHOWN).join(""))}...` : quoted(token.text);
		}
	}
}
