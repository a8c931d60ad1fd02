import type { HclBody, HclItem, HclPlace } from "./body.ts";

/** A stanza of one file. */
export interface Part {
	/** The file's name; or the flag that says it, which has no lines. */
	readonly file: string;
	readonly isFlag?: true;
	readonly body: HclBody;
}

/** What has been read of a file, or of a flag. */
export interface Source extends Omit<Part, "file"> {
	readonly name: string;
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

/** `agent.hcl:12:3`, or `-template`. */
export function at({ file, isFlag }: Omit<Part, "body">, { line, column }: HclPlace): string {
	return isFlag ? file : `${file}:${line}:${column}`;
}

/** Names of the files; where there are none, and something is said all the same, of what says it. */
export function originsOf(files: readonly Pick<Source, "name" | "isFlag">[]): readonly string[] {
	const named = files.filter(({ isFlag }) => !isFlag).map(({ name }) => name);
	return named.length > 0 || files.length === 0 ? named : ["command line"];
}
