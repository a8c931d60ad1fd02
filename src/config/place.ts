import { isPlainName } from "./words.ts";

/** Way to a value: `["templates", 0, "mode"]`. */
export type Path = readonly (string | number)[];

/** Whether a problem is with what a key is called or with what it holds. */
export type Part = "key" | "value";

/** `templates[0].mode`; a step that may be a secret in the wrong place is not repeated. */
export function pathText(path: Path): string {
	const parts = path.map((step) => {
		if (typeof step === "number") return `[${step}]`;
		return isPlainName(step) ? `.${step}` : "[…]";
	});
	return parts.join("").replace(/^\./, "");
}

/** Where each value came from: a line and column of the file, a flag, a variable. */
export class Places {
	readonly #origin: string;
	readonly #known = new Map<string, { place: string; isNamed: boolean }>();
	readonly #unread = new Set<string>();

	/** @param origin place of whatever has no better one: the file's name */
	constructor(origin: string) {
		this.#origin = origin;
	}

	/** The value or key stands in the file, at this line and column. */
	at(path: Path, part: Part, position: string): void {
		this.#known.set(keyOf(path, part), { place: `${this.#origin}:${position}`, isNamed: false });
	}

	/** The value, with all that is in it, comes from a flag or a variable of this name. */
	from(path: Path, name: string): void {
		const inside = keyOf(path, "value").slice(0, -1);
		for (const key of this.#known.keys()) if (key.startsWith(inside)) this.#known.delete(key);
		this.#known.set(keyOf(path, "value"), { place: name, isNamed: true });
	}

	/** The value stands in the file but could not be read; what is wrong with it has been said. */
	unread(path: Path): void {
		this.#unread.add(keyOf(path, "value"));
	}

	isUnread(path: Path): boolean {
		return this.#unread.has(keyOf(path, "value"));
	}

	/** The nearest known place: the value's own, or that of the map or list around it. */
	of(path: Path, part: Part = "value"): string {
		return this.#find(path, part)?.place ?? this.#origin;
	}

	/** True when the place itself says which setting is meant, so that a message need not. */
	isNamed(path: Path): boolean {
		return this.#find(path, "value")?.isNamed ?? false;
	}

	#find(path: Path, part: Part) {
		const own = this.#known.get(keyOf(path, part));
		if (own !== undefined) return own;
		for (let length = path.length; length >= 0; length--) {
			const around = this.#known.get(keyOf(path.slice(0, length), "value"));
			if (around !== undefined) return around;
		}
		return undefined;
	}
}

function keyOf(path: Path, part: Part): string {
	return JSON.stringify([part, ...path]);
}
