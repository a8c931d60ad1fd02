import type { Engine } from "./engine.ts";

export interface MountTerms {
	readonly path: string;
	readonly type: string;
	readonly description: string;
	readonly options: Readonly<Record<string, string>> | null;
	readonly accessor: string;
	readonly uuid: string;
	/** Shown to clients without a token by sys/internal/ui/mounts. */
	readonly isListed: boolean;
}

/** An engine and where it stands; `path` ends in a slash and begins with `auth/` for auth methods. */
export interface Mount extends MountTerms {
	readonly engine: Engine;
}

/** Which engine serves which path (https://developer.hashicorp.com/vault/api-docs/system/mounts). */
export class MountTable {
	readonly #mounts = new Map<string, Mount>();

	add(mount: Mount): void {
		this.#mounts.set(mount.path, mount);
	}

	remove(path: string): void {
		this.#mounts.delete(path);
	}

	get(path: string): Mount | undefined {
		return this.#mounts.get(path);
	}

	/** The mount that stands in the way of a new one at `path`: at it, above it or below it. */
	conflict(path: string): Mount | undefined {
		return this.#all().find((mount) => mount.path.startsWith(path) || path.startsWith(mount.path));
	}

	/** The mount with the longest path that the request path begins with. */
	match(path: string): Mount | undefined {
		return this.#all()
			.filter((mount) => path.startsWith(mount.path) || `${path}/` === mount.path)
			.toSorted((a, b) => b.path.length - a.path.length)[0];
	}

	/** Every secrets engine, or every auth method, by path. */
	list(kind: "secret" | "auth"): Mount[] {
		return this.#all()
			.filter((mount) => mount.path.startsWith("auth/") === (kind === "auth"))
			.toSorted((a, b) => (a.path < b.path ? -1 : 1));
	}

	#all(): Mount[] {
		return [...this.#mounts.values()];
	}
}
