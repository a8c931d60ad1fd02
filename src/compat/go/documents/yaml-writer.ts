import { BoundedText } from "../values/bounds.ts";

/** Letters of a line after which a text is folded at its next blank. */
export const WIDTH = 80;

/** The lines of a YAML text, and what has to be known of the last one. */
export class YamlWriter {
	readonly #text = new BoundedText();
	#column = 0;
	/** Whether a blank would be one too many. */
	#isBlank = true;
	/** Whether the line holds but indentation and dashes. */
	#isAtIndent = true;

	get column(): number {
		return this.#column;
	}

	get isAtIndent(): boolean {
		return this.#isAtIndent;
	}

	/** Goes to a column, on a new line where this one is in use. */
	startLine(indent: number): void {
		const isFresh = this.#column < indent || (this.#column === indent && this.#isBlank);
		if (!this.#isAtIndent || !isFresh) this.breakLine("\n");
		if (this.#column < indent) this.put(" ".repeat(indent - this.#column));
		this.#isBlank = true;
		this.#isAtIndent = true;
	}

	/** `-`, `?` or the `:` of a key that has its own line: what comes behind it may be indented on the same one. */
	indicator(mark: "-" | "?" | ":"): void {
		this.#separate();
		this.put(mark);
		this.#isBlank = false;
	}

	/** The colon behind a key. */
	colon(): void {
		this.put(":");
		this.#isBlank = false;
		this.#isAtIndent = false;
	}

	/** A scalar that is never folded, or the mark at the beginning of one. */
	word(text: string): void {
		this.#separate();
		this.put(text);
		this.#isBlank = false;
		this.#isAtIndent = false;
	}

	/** Letters that are no breaks of a line. */
	put(letters: string): void {
		this.#text.write(letters);
		for (const _ of letters) this.#column++;
	}

	breakLine(mark: string): void {
		this.#text.write(mark);
		this.#column = 0;
		this.#isBlank = true;
		this.#isAtIndent = true;
	}

	/** Says that a text has begun on this line. */
	markUsed(): void {
		this.#isBlank = false;
		this.#isAtIndent = false;
	}

	toString(): string {
		return this.#text.toString();
	}

	#separate(): void {
		if (!this.#isBlank) this.put(" ");
	}
}
