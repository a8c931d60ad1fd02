import { printableLines, type Redactor } from "../../kernel/mod.ts";

/** Letters of a line. One that is longer is not cut, for half a secret would not be known as one. */
const LONGEST_LINE = 16_384;
const LAST_LINES = 10;
const LAST_LETTERS = 2000;

/** Takes bytes as they come, and hands on the lines in them. */
interface LineReader {
	write(bytes: Uint8Array): void;
	/** What has no line end is a line as well. */
	end(): void;
}

/** Lines of a text that comes piece by piece and may have no end; no more is kept of it than one line. */
export function lineReader(take: (line: string) => void): LineReader {
	const decoder = new TextDecoder();
	let line = "";
	let isTooLong = false;
	const add = (text: string) => {
		isTooLong ||= line.length + text.length > LONGEST_LINE;
		line = isTooLong ? "" : line + text;
	};
	const finish = () => {
		take(isTooLong ? `[a line of more than ${LONGEST_LINE} letters]` : line.replace(/\r$/, ""));
		line = "";
		isTooLong = false;
	};
	return {
		write(bytes) {
			const [first = "", ...others] = decoder.decode(bytes, { stream: true }).split("\n");
			add(first);
			for (const text of others) {
				finish();
				add(text);
			}
		},
		end() {
			if (line !== "" || isTooLong) finish();
		},
	};
}

/** The last lines of what a program says. */
export class LastLines {
	readonly #redactor: Redactor;
	readonly #lines: string[] = [];

	constructor(redactor: Redactor) {
		this.#redactor = redactor;
	}

	add(line: string): void {
		if (line.trim() === "") return;
		this.#lines.push(line);
		if (this.#lines.length > LAST_LINES) this.#lines.shift();
	}

	/** Fit to be shown: without any live secret, nor what a terminal would act upon. Secrets go before anything is cut. */
	get text(): string {
		const text = printableLines(this.#redactor.clean(this.#lines.join("\n")));
		return text.slice(-LAST_LETTERS).replace(/^[\uDC00-\uDFFF]/, "");
	}
}
