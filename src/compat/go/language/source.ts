/** A place in the text of a template. */
export interface SourcePlace {
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	/** 1-based, in UTF-16 units, as editors open it. */
	readonly column: number;
}

/** The text of a template, to tell places in it. */
export class Source {
	readonly file: string;
	readonly #text: string;
	/** Where each line begins; made when the first place is asked for. */
	#lines: readonly number[] | undefined;

	constructor(file: string, text: string) {
		this.file = file;
		this.#text = text;
	}

	/** @param at in UTF-16 units */
	place(at: number): SourcePlace {
		this.#lines ??= lineStarts(this.#text);
		let low = 0;
		for (let high = this.#lines.length; high - low > 1; ) {
			const middle = (low + high) >> 1;
			if ((this.#lines[middle] ?? 0) <= at) low = middle;
			else high = middle;
		}
		const start = this.#lines[low] ?? 0;
		return { file: this.file, line: low + 1, column: at - start + 1 };
	}

	/** The bytes before it in its line: what Go calls the column. Takes time that grows with the line. */
	byteColumn(at: number): number {
		return Buffer.byteLength(this.#text.slice(at - this.place(at).column + 1, at));
	}
}

function lineStarts(text: string): readonly number[] {
	const starts = [0];
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
	return starts;
}
