import type { HclBody, HclItem, HclValue } from "./body.ts";
import { refuseDepth, type Source } from "./source.ts";

const BLANK = /[ \t\r\n]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Reads the whole of a file in HCL's JSON form. A comma too many at the end of a list or object does no harm there. */
export function parseHclJson(source: Source): HclBody {
	return new Reader(source).read();
}

class Reader {
	readonly #source: Source;
	#at = 0;

	constructor(source: Source) {
		this.#source = source;
	}

	read(): HclBody {
		this.#skip();
		if (this.#letter() !== "{") this.#fail("expected an object: { and what the file holds");
		const body = this.#object(1);
		if (this.#letter() !== "") this.#fail("nothing may follow the object that a JSON file is");
		return body;
	}

	#value(depth: number): HclValue {
		const offset = this.#at;
		const place = this.#source.place(offset);
		switch (this.#letter()) {
			case "{":
				return { kind: "object", body: this.#object(depth), place };
			case "[":
				return { kind: "list", items: this.#list(depth), place };
			case '"':
				return { kind: "text", text: this.#text(), place };
			default:
		}
		SCALAR.lastIndex = offset;
		const source = SCALAR.exec(this.#source.text)?.[0];
		this.#at += source?.length ?? 0;
		if (source === undefined || /\w/.test(this.#letter())) {
			return this.#source.fail(
				offset,
				"expected a value in JSON: text in quotes, a number, true, false, null, [ or {",
			);
		}
		this.#skip();
		if (source === "null") return { kind: "null", place };
		if (source === "true" || source === "false") return { kind: "bool", bool: source === "true", place };
		return { kind: "number", number: Number(source), source, place };
	}

	#object(depth: number): HclBody {
		const begin = this.#open(depth);
		const items: HclItem[] = [];
		while (!this.#take("}")) {
			const place = this.#source.place(this.#at);
			if (this.#letter() === "") this.#source.fail(begin, "this { is not closed: its } is missing");
			if (this.#letter() !== '"') this.#fail("expected a key in quotes, or the } that ends the object");
			const key = this.#text();
			if (!this.#take(":")) this.#fail("expected the : between a key and its value");
			items.push({ key, place, labels: [], value: this.#value(depth + 1) });
			this.#comma("}");
		}
		return { items, place: this.#source.place(begin) };
	}

	#list(depth: number): HclValue[] {
		const begin = this.#open(depth);
		const items: HclValue[] = [];
		while (!this.#take("]")) {
			if (this.#letter() === "") this.#source.fail(begin, "this [ is not closed: its ] is missing");
			items.push(this.#value(depth + 1));
			this.#comma("]");
		}
		return items;
	}

	/** Steps over the bracket, and says where it stood. */
	#open(depth: number): number {
		const begin = this.#at;
		refuseDepth(this.#source, begin, depth);
		this.#at++;
		this.#skip();
		return begin;
	}

	/** Between two of a list or an object. At the file's end it is the bracket that is said to be missing. */
	#comma(end: string): void {
		if (!this.#take(",") && ![end, ""].includes(this.#letter())) this.#fail(`expected a comma, or ${end}`);
	}

	#text(): string {
		const { text } = this.#source;
		const begin = this.#at;
		let at = begin + 1;
		while (at < text.length && text[at] !== '"') {
			if (text[at] === "\n") this.#source.fail(at, "a line end within quotes is written \\n in JSON");
			at += text[at] === "\\" ? 2 : 1;
		}
		if (at >= text.length) this.#source.fail(begin, "this text is not closed: a quote is missing");
		this.#at = at + 1;
		this.#skip();
		try {
			return JSON.parse(text.slice(begin, at + 1)) as string;
		} catch {
			return this.#source.fail(
				begin,
				"this text holds an unknown escape, or a control character that needs one",
			);
		}
	}

	#take(letter: string): boolean {
		if (this.#letter() !== letter) return false;
		this.#at++;
		this.#skip();
		return true;
	}

	#letter(): string {
		return this.#source.text[this.#at] ?? "";
	}

	#skip(): void {
		BLANK.lastIndex = this.#at;
		this.#at += BLANK.exec(this.#source.text)?.[0].length ?? 0;
	}

	#fail(message: string): never {
		return this.#source.fail(this.#at, message);
	}
}
