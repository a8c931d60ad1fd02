import type { Problem } from "./errors.ts";
import { type Path, Places } from "./place.ts";

type Tree = Record<string, unknown>;

/** Settings as they are joined: the file's, then what variables and flags put over them. Not checked yet. */
export class Settings {
	readonly tree: Tree;
	readonly places: Places;
	readonly problems: Problem[];

	constructor(start: { settings: Tree; places: Places; problems: readonly Problem[] } = NOTHING()) {
		this.tree = start.settings;
		this.places = start.places;
		this.problems = [...start.problems];
	}

	get(path: Path): unknown {
		return path.reduce<unknown>((node, step) => (isTree(node) ? node[step] : undefined), this.tree);
	}

	/**
	 * Puts a value over what was there.
	 *
	 * @param name the flag or variable that it comes from, for messages
	 */
	set(path: Path, value: unknown, name: string): void {
		const parent = this.#open(path.slice(0, -1));
		const step = path.at(-1);
		if (parent === undefined || step === undefined) return;
		parent[step] = value;
		this.places.from(path, name);
	}

	/** Adds to a list; an absent one is begun. */
	push(path: Path, value: unknown, name: string): void {
		const list = this.get(path) ?? [];
		if (!Array.isArray(list)) return;
		if (list.length === 0) this.set(path, list, name);
		list.push(value);
		this.places.from([...path, list.length - 1], name);
	}

	report(place: string, message: string): void {
		this.problems.push({ place, message });
	}

	/** The map at that path, made if it is absent; nothing when something else stands there. */
	#open(path: Path): Tree | undefined {
		let node = this.tree;
		for (const step of path) {
			const next = (node[step] ??= {});
			if (!isTree(next)) return undefined;
			node = next;
		}
		return node;
	}
}

function NOTHING() {
	return { settings: {}, places: new Places(""), problems: [] };
}

function isTree(value: unknown): value is Tree {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
