import type { Namespace } from "./namespace.ts";

/** Every namespace there is; the root is always one. */
export class NamespaceTree {
	readonly root: Namespace;
	readonly #byPath = new Map<string, Namespace>();

	constructor(root: Namespace) {
		this.root = root;
		this.add(root);
	}

	add(namespace: Namespace): void {
		this.#byPath.set(namespace.path, namespace);
	}

	remove({ path }: Namespace): void {
		this.#byPath.delete(path);
	}

	get(path: string): Namespace | undefined {
		return this.#byPath.get(path);
	}

	/** Those directly below one, by name: `sub/`. */
	children(parent: Namespace): [name: string, namespace: Namespace][] {
		return [...this.#byPath.values()]
			.filter(({ path }) => path !== parent.path && path.startsWith(parent.path))
			.map((namespace): [string, Namespace] => [namespace.path.slice(parent.path.length), namespace])
			.filter(([name]) => name.indexOf("/") === name.length - 1)
			.toSorted(([a], [b]) => (a < b ? -1 : 1));
	}

	/** The namespace that a path leads into, as deep as there are any, and the rest of the path. */
	descend(from: Namespace, path: string): { namespace: Namespace; path: string } {
		const [name = ""] = path.split("/", 1);
		const below = path.includes("/") ? this.get(`${from.path}${name}/`) : undefined;
		return below ? this.descend(below, path.slice(name.length + 1)) : { namespace: from, path };
	}
}
