import type { Pair, Reader } from "./dotenv-reader.ts";

/** Stands before whatever a shell would not take literally; no value has a NUL, so none equals such a text. */
const EXPANDED = "\0";

/** After these an unquoted or double-quoted `$` is no plain dollar sign; `[` is bash's old arithmetic. */
const DOLLAR_NAME = /[A-Za-z0-9_*@#?$!([{-]/;

/** A word of the shell as it is being read. */
interface Word {
	text: string;
	/** Length of `NAME=` when the word begins with it. */
	assignment: number;
}

/** Reads a file of assignments as a POSIX shell sources it, without ever running or expanding anything. */
class ShellScanner {
	readonly pairs: Pair[] = [];
	readonly #text: string;
	#at = 0;

	constructor(text: string) {
		this.#text = text;
	}

	scan(): Pair[] {
		while (this.#at < this.#text.length) {
			this.#skipBlanks();
			if (this.#peek() === "\n") this.#at++;
			else if (this.#peek() !== "") this.#statement();
		}
		return this.pairs;
	}

	#peek(offset = 0): string {
		return this.#text.charAt(this.#at + offset);
	}

	#skipBlanks(): void {
		for (;;) {
			if (this.#peek() === " " || this.#peek() === "\t") this.#at++;
			else if (this.#peek() === "\\" && this.#peek(1) === "\n") this.#at += 2;
			else break;
		}
		if (this.#peek() !== "#") return;
		const end = this.#text.indexOf("\n", this.#at);
		this.#at = end < 0 ? this.#text.length : end;
	}

	/** Up to the end of its last line; one that is more than assignments is kept as text, under no name. */
	#statement(): void {
		const start = this.#at;
		const words: Word[] = [];
		let isCommand = false;
		while (this.#peek() !== "\n" && this.#peek() !== "") {
			if (/[;&|<>()]/.test(this.#peek())) {
				if (this.#peek() === "<" && this.#peek(1) === "<") throw new SyntaxError("sh finds a here-document");
				isCommand = true;
				this.#at++;
			} else words.push(this.#word(words[0]?.text === "export"));
			this.#skipBlanks();
		}
		const isExport = words[0]?.text === "export" && words.length > 1;
		const assignments = isExport ? words.slice(1) : words;
		if (isCommand || assignments.some((word) => word.assignment === 0)) {
			this.pairs.push(["", `${EXPANDED}${this.#text.slice(start, this.#at)}`]);
			return;
		}
		for (const { text, assignment } of assignments) {
			this.pairs.push([text.slice(0, assignment - 1), text.slice(assignment)]);
		}
	}

	#word(isExported: boolean): Word {
		const assignment = /^[A-Za-z_]\w*=/.exec(this.#text.slice(this.#at, this.#at + 256))?.[0].length ?? 0;
		const word: Word = { text: "", assignment };
		const special = isExported ? /[*?[{~]/ : /~/; // export globs and (in bash) expands braces
		for (;;) {
			const char = this.#peek();
			if (char === "" || /[\t\n ;&|<>()]/.test(char)) break;
			this.#at++;
			if (char === "'") word.text += this.#single();
			else if (char === '"') word.text += this.#double();
			else if (char === "\\") word.text += this.#escaped(/[^]/);
			else if (char === "$") word.text += this.#dollar(/['"]/);
			else if (char === "`") throw new SyntaxError("sh finds a command substitution");
			else word.text += special.test(char) ? EXPANDED + char : char;
		}
		return word;
	}

	#single(): string {
		const end = this.#text.indexOf("'", this.#at);
		if (end < 0) throw new SyntaxError("sh finds a single quote without an end");
		const text = this.#text.slice(this.#at, end);
		this.#at = end + 1;
		return text;
	}

	#double(): string {
		let text = "";
		for (;;) {
			const char = this.#peek();
			this.#at++;
			if (char === '"') return text;
			if (char === "") throw new SyntaxError("sh finds a double quote without an end");
			if (char === "`") throw new SyntaxError("sh finds a command substitution");
			if (char === "\\") text += this.#escaped(/[$`"\\\n]/);
			else text += char === "$" ? this.#dollar(/(?!)/) : char;
		}
	}

	/** What a backslash and the next character stand for, where it escapes only the given ones. */
	#escaped(escapable: RegExp): string {
		const next = this.#peek();
		if (next === "") return `${EXPANDED}\\`; // at the end of a file, dash keeps it and bash drops it
		if (!escapable.test(next)) return "\\";
		this.#at++;
		return next === "\n" ? "" : next;
	}

	#dollar(special: RegExp): string {
		const next = this.#peek();
		if (next === "(") throw new SyntaxError("sh finds a command substitution");
		if (next === "{") {
			const body = /^\{[^'"`\\{}()\n]*\}/.exec(this.#text.slice(this.#at))?.[0];
			if (body === undefined) throw new SyntaxError('sh finds a "${" that is more than a name');
			this.#at += body.length;
			return `${EXPANDED}$${body}`;
		}
		return DOLLAR_NAME.test(next) || special.test(next) ? `${EXPANDED}$` : "$";
	}
}

/** A POSIX shell that sources the file. What it would expand or run never equals a value. */
export const SH_READER: Reader = { name: "sh", read: (text) => new ShellScanner(text).scan() };
