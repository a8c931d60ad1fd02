import type { HclBody, HclItem, HclPlace } from "./body.ts";

/** A stanza of one file. */
export interface Part {
	/** The file's name. */
	readonly file: string;
	readonly body: HclBody;
}

export interface Found {
	readonly part: Part;
	readonly item: HclItem;
}

/** The keys of a stanza, and which of them were asked for, in whatever case they are written. */
export class Keys {
	readonly parts: readonly Part[];
	readonly #asked = new Set<string>();

	constructor(parts: readonly Part[]) {
		this.parts = parts;
	}

	/** Items of that key, but those that JSON says are nothing. */
	find(key: string): Found[] {
		this.#asked.add(key);
		return this.parts.flatMap((part) =>
			part.body.items
				.filter((item) => item.key.toLowerCase() === key && item.value.kind !== "null")
				.map((item) => ({ part, item })),
		);
	}

	get asked(): readonly string[] {
		return [...this.#asked];
	}

	/** Those that nobody asked for. */
	unasked(): Found[] {
		return this.parts.flatMap((part) =>
			part.body.items
				.filter(({ key }) => !this.#asked.has(key.toLowerCase()))
				.map((item) => ({ part, item })),
		);
	}
}

/** `agent.hcl:12:3`. */
export function at({ file }: { readonly file: string }, { line, column }: HclPlace): string {
	return `${file}:${line}:${column}`;
}
