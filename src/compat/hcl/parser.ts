import type { HclBody, HclItem, HclValue } from "./body.ts";
import { Lexer, type Token } from "./lexer.ts";
import { refuseDepth, type Source } from "./source.ts";

type Name = Extract<Token, { kind: "word" | "text" | "heredoc" }>;

/** Reads the whole of a file in HCL 1. */
export function parseHcl(source: Source): HclBody {
	return new Parser(source).read();
}

class Parser {
	readonly #source: Source;
	readonly #lexer: Lexer;
	#token: Token;

	constructor(source: Source) {
		this.#source = source;
		this.#lexer = new Lexer(source);
		this.#token = this.#lexer.next();
	}

	read(): HclBody {
		const items: HclItem[] = [];
		while (this.#token.kind !== "end") items.push(this.#item(1));
		return { items, place: this.#source.place(0) };
	}

	#item(depth: number): HclItem {
		const names = this.#names();
		const [key, ...labels] = names;
		const { kind, offset } = this.#token;
		if ((kind !== "=" && kind !== "{") || (kind === "=" && labels.length > 0)) this.#refuseNames(names);
		if (kind === "=") this.#advance();
		const value = kind === "=" ? this.#value(depth) : this.#object(depth);
		this.#take(",");
		return {
			key: key?.text ?? this.#source.fail(offset, "expected a key"),
			place: this.#source.place(key?.offset ?? offset),
			labels: labels.map((label) => ({ text: label.text, place: this.#source.place(label.offset) })),
			value,
		};
	}

	/** A key and labels. */
	#names(): Name[] {
		const names: Name[] = [];
		for (;;) {
			const token = this.#token;
			if (token.kind !== "word" && token.kind !== "text") break;
			names.push(token);
			this.#advance();
		}
		if (names.length > 0) return names;
		if (this.#token.kind === "}") this.#fail("this } closes nothing; a { is missing before it");
		return this.#fail("expected a key");
	}

	/** After a key without `=` the next line is read as its labels: the fault is with that key. */
	#refuseNames(names: readonly Name[]): never {
		const { kind, offset } = this.#token;
		const begin = names[0]?.offset ?? offset;
		const end = (kind === "=" ? names.at(-1)?.offset : undefined) ?? offset;
		if (this.#source.place(begin).line < this.#source.place(end).line)
			return this.#source.fail(begin, "this key has no = after it (nor a {, if it is a block)");
		if (kind === "=") return this.#fail("a block with a label takes its { without =");
		return this.#fail("expected = and a value, or { and what a block holds");
	}

	#value(depth: number): HclValue {
		const token = this.#token;
		const place = this.#source.place(token.offset);
		switch (token.kind) {
			case "{":
				return this.#object(depth);
			case "[":
				return this.#list(depth);
			case "text":
			case "heredoc":
				this.#advance();
				return {
					kind: "text",
					text: token.text,
					place,
					...(token.kind === "heredoc" && { isHeredoc: true }),
				};
			case "number":
				this.#advance();
				return { kind: "number", number: token.number, source: token.source, place };
			case "bool":
				this.#advance();
				return { kind: "bool", bool: token.bool, place };
			case "word":
				return this.#fail("a text needs quotes");
			default:
				return this.#fail("expected a value");
		}
	}

	#object(depth: number): HclValue {
		const begin = this.#token.offset;
		refuseDepth(this.#source, begin, depth);
		this.#advance();
		const items: HclItem[] = [];
		while (!this.#take("}")) {
			if (this.#token.kind === "end") this.#source.fail(begin, "this { is not closed: its } is missing");
			items.push(this.#item(depth + 1));
		}
		const place = this.#source.place(begin);
		return { kind: "object", body: { items, place }, place };
	}

	#list(depth: number): HclValue {
		const begin = this.#token.offset;
		refuseDepth(this.#source, begin, depth);
		this.#advance();
		const items: HclValue[] = [];
		while (!this.#take("]")) {
			if (this.#take(",")) continue;
			if (this.#token.kind === "end") this.#source.fail(begin, "this [ is not closed: its ] is missing");
			const item = this.#value(depth + 1);
			items.push(item);
			const mayFollow = ["]", ",", "end"].includes(this.#token.kind) || item.kind === "list";
			if (!mayFollow) this.#fail("expected a comma, or the ] that ends the list");
		}
		return { kind: "list", items, place: this.#source.place(begin) };
	}

	#take(kind: Token["kind"]): boolean {
		if (this.#token.kind !== kind) return false;
		this.#advance();
		return true;
	}

	#advance(): void {
		this.#token = this.#lexer.next();
	}

	#fail(message: string): never {
		return this.#source.fail(this.#token.offset, message);
	}
}
