import type { TokenSession } from "../auth/mod.ts";
import type { Secret } from "../kernel/mod.ts";
import type { TokenSource } from "../secrets/mod.ts";
import type { VaultCall, VaultClient, VaultError, VaultReply } from "../vault/mod.ts";

/** A server and who we are there. */
export interface VaultLink {
	readonly client: VaultClient;
	readonly session: TokenSession;
}

/** The link that is in force. A config that is read anew puts another in its place, and nobody else notices. */
export class VaultLinks implements TokenSource, VaultClient {
	#current: VaultLink;
	#replaced = Promise.withResolvers<void>();

	constructor(first: VaultLink) {
		this.#current = first;
	}

	get session(): TokenSession {
		return this.#current.session;
	}

	async send(call: VaultCall, signal: AbortSignal): Promise<VaultReply> {
		return await this.#current.client.send(call, signal);
	}

	async token(signal: AbortSignal): Promise<Secret> {
		return await this.#current.session.token(signal);
	}

	async isDead(token: Secret, refusal: VaultError, signal: AbortSignal): Promise<boolean> {
		return await this.#current.session.isDead(token, refusal, signal);
	}

	/** Keeps whichever token is in force alive until aborted. */
	async keepAlive(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const over = new AbortController();
			const { session } = this.#current;
			const kept = session.keepAlive(AbortSignal.any([signal, over.signal]));
			await Promise.race([kept, this.#replaced.promise]);
			over.abort(new Error("another link has taken its place"));
			await kept;
		}
	}

	/**
	 * From now on everything goes by way of `link`.
	 *
	 * @returns the one before, which the caller closes, or puts back
	 */
	replace(link: VaultLink): VaultLink {
		const before = this.#current;
		this.#current = link;
		this.#replaced.resolve();
		this.#replaced = Promise.withResolvers<void>();
		return before;
	}

	close(): void {
		this.#current.client.close();
	}
}
