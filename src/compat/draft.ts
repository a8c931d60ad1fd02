import { type ForeignSettings, type Path, Places } from "../config/mod.ts";
import type { Findings } from "./findings.ts";
import type { Given } from "./hcl/decode.ts";
import { originsOf } from "./hcl/keys.ts";

/** Native settings as a mapping writes them, one by one, each with the place that it comes from. */
export class Draft {
	readonly #settings: Record<string, unknown> = {};
	readonly #places: { readonly path: Path; readonly place: string }[] = [];

	/** Writes what was given; what was not stays absent. */
	put(path: Path, given: Given<unknown> | undefined): void {
		if (given !== undefined) this.set(path, given.value, given.place);
	}

	/** What has been written there. */
	get(path: Path): unknown {
		return path.reduce<unknown>(
			(node, step) =>
				typeof node === "object" && node !== null
					? (node as Record<string | number, unknown>)[step]
					: undefined,
			this.#settings,
		);
	}

	/** @param place of what the value follows from */
	set(path: Path, value: unknown, place: string): void {
		let node = this.#settings as Record<string | number, unknown>;
		for (const [index, step] of path.slice(0, -1).entries()) {
			node[step] ??= typeof path[index + 1] === "number" ? [] : {};
			node = node[step] as Record<string | number, unknown>;
		}
		node[path.at(-1) ?? ""] = value;
		this.#places.push({ path, place });
	}

	/** @param files absolute paths of what was read, and their names for messages */
	finish(
		files: readonly { readonly name: string; readonly path: string; readonly isFlag?: true }[],
		findings: Findings,
	): ForeignSettings {
		const origin = originsOf(files).join(", ");
		const places = new Places(origin);
		// Saying where a map is from forgets where its parts are from.
		for (const { path, place } of this.#places.toSorted((a, b) => a.path.length - b.path.length)) {
			places.from(path, place);
		}
		const { problems, warnings, dropped, unsupported } = findings;
		return {
			origin,
			settings: this.#settings,
			places,
			problems,
			warnings,
			dropped,
			unsupported,
			files: files.filter(({ isFlag }) => !isFlag).map(({ path }) => path),
		};
	}
}
