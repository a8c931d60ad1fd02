import { ConfigError } from "../../config/mod.ts";
import type { HclPlace } from "./body.ts";

/** A config file's text, which knows where each of its characters stands. */
export class Source {
	/** Without a byte order mark, lines ending with `\n` alone: so the readers of this format see every file. */
	readonly text: string;
	readonly #name: string;
	/** Offset of each line's first character. */
	readonly #lines: number[] = [0];
	#doubt: { readonly line: number; readonly offset: number; readonly message: string } | undefined;

	/** @param name of the file, for messages */
	constructor(name: string, text: string) {
		this.#name = name;
		this.text = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
		for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) {
			this.#lines.push(at + 1);
		}
	}

	place(offset: number): HclPlace {
		let low = 0;
		let high = this.#lines.length;
		while (high - low > 1) {
			const middle = (low + high) >>> 1;
			if ((this.#lines[middle] ?? 0) <= offset) low = middle;
			else high = middle;
		}
		return { line: low + 1, column: offset - (this.#lines[low] ?? 0) + 1 };
	}

	/** Something here is allowed, but if this line or the next turns out to be wrong, then it was because of this. */
	doubt(offset: number, message: string): void {
		const { line } = this.place(offset);
		if (this.#doubt?.line !== line) this.#doubt = { line, offset, message };
	}

	/** @param message never a part of the text: it may be a secret */
	fail(offset: number, message: string): never {
		const { line, column } = this.place(offset);
		const doubt = this.#doubt;
		if (doubt !== undefined && doubt.offset < offset && line <= doubt.line + 1) {
			this.#doubt = undefined;
			return this.fail(doubt.offset, doubt.message);
		}
		throw new ConfigError([{ place: `${this.#name}:${line}:${column}`, message }]);
	}
}

/** Blocks, objects and lists within each other: more than any config has, fewer than a stack holds. */
const DEEPEST = 100;

/** Refuses what is nested so deeply that reading it would end in a stack that is full. */
export function refuseDepth(source: Source, offset: number, depth: number): void {
	if (depth > DEEPEST) source.fail(offset, `this is nested more than ${DEEPEST} deep`);
}
