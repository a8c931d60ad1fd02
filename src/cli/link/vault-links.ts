import type { TokenSession } from "../../auth/mod.ts";
import type { Secret } from "../../kernel/mod.ts";
import type { TokenSource } from "../../secrets/mod.ts";
import type { VaultCall, VaultClient, VaultError, VaultReply } from "../../vault/mod.ts";

/** A server and who we are there. */
export interface VaultLink {
	readonly client: VaultClient;
	readonly session: TokenSession;
	/** Ends the session and closes the connections; takes two seconds at most. */
	readonly end: () => Promise<void>;
}

/** The link that is in force. A config that is read anew puts another in its place, and nobody else notices. */
export class VaultLinks implements TokenSource, VaultClient {
	#current: VaultLink;
	/** Out of force, with tokens that something may live by. */
	readonly #retired = new Set<VaultLink>();
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
		const { session } = this.#current;
		try {
			return await session.token(signal);
		} catch (error) {
			// A link that was replaced while it logged in is nobody to wait for.
			if (signal.aborted || session === this.#current.session) throw error;
			return await this.token(signal);
		}
	}

	async isDead(token: Secret, refusal: VaultError, signal: AbortSignal): Promise<boolean> {
		return await this.#current.session.isDead(token, refusal, signal);
	}

	accepted(): void {
		this.#current.session.accepted();
	}

	isUnproven(token: Secret): boolean {
		return this.#current.session.isUnproven(token);
	}

	/** {@link TokenSession.lifeOf}, whichever link the token is of. */
	lifeOf(token: Secret): number {
		return Math.max(...this.#all.map(({ session }) => session.lifeOf(token)));
	}

	/** {@link TokenSession.revokeReplaced}, of every link. */
	async revokeReplaced(isNeeded: (token: Secret) => boolean, signal: AbortSignal): Promise<void> {
		for (const { session } of this.#all) await session.revokeReplaced(isNeeded, signal);
	}

	/** {@link TokenSession.keepAlive}, of whichever link is in force. */
	async keepAlive(signal: AbortSignal, wake = () => {}): Promise<void> {
		while (!signal.aborted) {
			const over = new AbortController();
			const { session } = this.#current;
			const kept = session.keepAlive(AbortSignal.any([signal, over.signal]), wake);
			await Promise.race([kept, this.#replaced.promise]);
			over.abort(new Error("another link has taken its place"));
			await kept;
		}
	}

	/**
	 * From now on everything goes by way of `link`.
	 *
	 * @returns the one before, which the caller retires, or puts back
	 */
	replace(link: VaultLink): VaultLink {
		const before = this.#current;
		this.#current = link;
		this.#replaced.resolve();
		this.#replaced = Promise.withResolvers<void>();
		return before;
	}

	/** Takes a link out of force for good; it is ended with the others, for leases may live by its token. */
	retire(link: VaultLink): void {
		link.session.giveUp();
		this.#retired.add(link);
	}

	async end(): Promise<void> {
		await Promise.all(this.#all.map(async (link) => await link.end()));
	}

	get #all(): readonly VaultLink[] {
		return [this.#current, ...this.#retired];
	}
}
