/** A place in a text, moving forward: what the readers of the formats share. */
export class TextCursor {
	readonly text: string;
	/** Index of the next character to read. */
	at = 0;

	constructor(text: string) {
		this.text = text;
	}

	get done(): boolean {
		return this.at >= this.text.length;
	}

	/** The text ahead that matches, or `undefined`; the place stays. The pattern must be sticky. */
	peek(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.at;
		return pattern.exec(this.text)?.[0];
	}

	/** Reads over what matches; `undefined` when nothing does. The pattern must be sticky. */
	take(pattern: RegExp): string | undefined {
		const found = this.peek(pattern);
		this.at += found?.length ?? 0;
		return found;
	}

	/**
	 * Stops the reading; `at` is where the fault began, by default here.
	 *
	 * @throws SyntaxError with the line of the finished text and the reason, which must not quote the text
	 */
	fail(reason: string, at: number = this.at): never {
		throw new SyntaxError(`line ${this.text.slice(0, at).split(/\r\n|[\r\n]/).length}: ${reason}`);
	}
}
