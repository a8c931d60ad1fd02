import { VaultError } from "../vault/mod.ts";
import { apiPathOn, type Ask, type Mount, mountIn, mountOf, mountQuestion } from "./mount.ts";

/**
 * Turns a path as users write it into the API path: KV v2 wants `data/` (or `metadata/` for lists) after the mount.
 *
 * A path that has it already costs no question. Other mounts are asked about once; only a positive answer is
 * kept, so that a fault during the first question is not remembered as a fact.
 */
export class Mounts {
	readonly #ask: Ask;
	readonly #known: Mount[] = [];
	/** Paths that may not be asked about and are used as they are, as long as that works. */
	readonly #unasked = new Set<string>();
	readonly #asking = new Map<string, Promise<Mount | undefined>>();

	constructor(ask: Ask) {
		this.#ask = ask;
	}

	/** @param infix what KV v2 puts after the mount */
	async apiPath(path: string, infix: "data" | "metadata", signal: AbortSignal): Promise<string> {
		const known = mountOf(path, this.#known);
		if (known === undefined && (this.#unasked.has(path) || path.split("/").slice(1, -1).includes(infix)))
			return path;
		const mount = known ?? (await this.#learn(path, signal));
		return mount === undefined ? path : apiPathOn(mount, path, infix);
	}

	/** Whether a KV v2 mount serves a path, as far as that may be known. */
	async isKv2(path: string, signal: AbortSignal): Promise<boolean> {
		const mount = mountOf(path, this.#known) ?? (await this.#learn(path, signal));
		return mount?.isKv2 === true;
	}

	/**
	 * Told by a reply that a path is on a KV v2 mount after all, where the question was not asked (a name that
	 * holds `/data/`) or not allowed. In the latter case the mount is taken for the first segment.
	 *
	 * @returns false when nothing new was learnt: reading once more would bring the same
	 */
	async learnKv2(path: string, signal: AbortSignal): Promise<boolean> {
		if (mountOf(path, this.#known) !== undefined) return false;
		const mount = this.#unasked.has(path) ? undefined : await this.#learn(path, signal);
		if (mount === undefined)
			this.#known.push({ path: `${path.split("/")[0] ?? ""}/`, type: "kv", isKv2: true });
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

	/** Paths with the same first segment nearly always share a mount: the first question is waited for by all. */
	async #learn(path: string, signal: AbortSignal): Promise<Mount | undefined> {
		const first = path.split("/")[0] ?? "";
		const asking = this.#asking.get(first);
		if (asking !== undefined) {
			await asking;
			const known = mountOf(path, this.#known);
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
			const mount = mountIn(await this.#ask(mountQuestion(path), signal));
			if (mount !== undefined) this.#known.push(mount);
			return mount;
		} catch (error) {
			// Least-privilege tokens may not ask. The path is then used as it stands, and the reply will tell.
			if (!(error instanceof VaultError) || (error.status !== 403 && error.status !== 404)) throw error;
			this.#unasked.add(path);
			return undefined;
		}
	}
}
