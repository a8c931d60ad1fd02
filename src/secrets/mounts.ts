import { asObject, asText, trimSlashes, VaultError, type VaultReply } from "../vault/mod.ts";

/** Asks Vault which mount serves a path (developer.hashicorp.com/vault/api-docs/system/internal-ui-mounts). */
export type MountQuestion = (path: string, signal: AbortSignal) => Promise<VaultReply>;

interface Mount {
	/** With a slash at the end. */
	readonly path: string;
	readonly isKv2: boolean;
}

/**
 * Turns a path as users write it into the API path: KV v2 wants `data/` (or `metadata/` for lists) after the mount.
 *
 * A path that has it already costs no question. Other mounts are asked about once; only a positive answer is
 * kept, so that a fault during the first question is not remembered as a fact.
 */
export class Mounts {
	readonly #ask: MountQuestion;
	readonly #known: Mount[] = [];
	/** Paths that may not be asked about and are used as they are, as long as that works. */
	readonly #unasked = new Set<string>();
	readonly #asking = new Map<string, Promise<Mount | undefined>>();

	constructor(ask: MountQuestion) {
		this.#ask = ask;
	}

	/** @param infix what KV v2 puts after the mount */
	async apiPath(path: string, infix: "data" | "metadata", signal: AbortSignal): Promise<string> {
		const known = this.#find(path);
		if (known === undefined && (this.#unasked.has(path) || path.split("/").slice(1, -1).includes(infix)))
			return path;
		const mount = known ?? (await this.#learn(path, signal));
		if (mount === undefined || !mount.isKv2) return path;
		const rest = path.slice(mount.path.length);
		// `metadata/` and `subkeys/` are read as they are: who writes them means them.
		return /^(data|metadata|subkeys)(\/|$)/.test(rest) ? path : `${mount.path}${infix}/${rest}`;
	}

	/**
	 * Told by a reply that a path is on a KV v2 mount after all, where the question was not asked (a name that
	 * holds `/data/`) or not allowed. In the latter case the mount is taken for the first segment.
	 *
	 * @returns false when nothing new was learnt: reading once more would bring the same
	 */
	async learnKv2(path: string, signal: AbortSignal): Promise<boolean> {
		if (this.#find(path) !== undefined) return false;
		const mount = this.#unasked.has(path) ? undefined : await this.#learn(path, signal);
		if (mount === undefined) this.#known.push({ path: `${path.split("/")[0] ?? ""}/`, isKv2: true });
		return true;
	}

	/** Told that a path did not work as it stands: the question is worth asking again. */
	doubt(path: string): void {
		this.#unasked.delete(path);
	}

	/** Another server answers from now on: nothing is known of it. */
	forget(): void {
		this.#known.length = 0;
		this.#unasked.clear();
	}

	#find(path: string): Mount | undefined {
		return this.#known.find((mount) => `${path}/`.startsWith(mount.path));
	}

	/** Paths with the same first segment nearly always share a mount: the first question is waited for by all. */
	async #learn(path: string, signal: AbortSignal): Promise<Mount | undefined> {
		const first = path.split("/")[0] ?? "";
		const asking = this.#asking.get(first);
		if (asking !== undefined) {
			await asking;
			const known = this.#find(path);
			if (known !== undefined) return known;
		}
		const question = this.#question(path, signal);
		this.#asking.set(
			first,
			question.catch(() => undefined),
		);
		try {
			return await question;
		} finally {
			this.#asking.delete(first);
		}
	}

	async #question(path: string, signal: AbortSignal): Promise<Mount | undefined> {
		try {
			const { data } = await this.#ask(path, signal);
			const mount = {
				path: `${trimSlashes(asText(data?.["path"]))}/`,
				isKv2: asText(asObject(data?.["options"])?.["version"]) === "2" && asText(data?.["type"]) === "kv",
			};
			if (mount.path === "/") return undefined;
			this.#known.push(mount);
			return mount;
		} catch (error) {
			// Least-privilege tokens may not ask. The path is then used as it stands, and the reply will tell.
			if (!(error instanceof VaultError) || (error.status !== 403 && error.status !== 404)) throw error;
			this.#unasked.add(path);
			return undefined;
		}
	}
}
