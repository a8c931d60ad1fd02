import type { AgentError, Clock, Secret } from "../kernel/mod.ts";
import { type VaultClient, VaultError } from "../vault/mod.ts";

/** At most one question per minute about who is to blame for a 403. */
const ASK_EVERY_MS = 60_000;

/** Where new tokens do not help, the question is put less and less often. */
const ASK_AT_LEAST_EVERY_MS = 3_600_000;

/** How often "invalid token" is believed without asking. */
const TRUST_WORDS_EVERY_MS = 60_000;

export interface LivenessDeps {
	readonly client: VaultClient;
	readonly clock: Clock;
	/** Where the token lives, when that is not the client's own namespace. */
	readonly namespace?: string;
}

/**
 * Tells a dead token from a missing policy, which answer alike on a read, by `lookup-self`.
 *
 * A token that may not even look itself up seems dead as well. It is replaced once; when that did not end the
 * refusals, the pause until the next such attempt doubles, so that tokens do not pile up in Vault.
 */
export class Liveness {
	readonly #deps: LivenessDeps;
	#asking: { readonly token: Secret; readonly answer: Promise<boolean> } | undefined;
	#trustedAt = Number.NEGATIVE_INFINITY;
	#askedAt = Number.NEGATIVE_INFINITY;
	#pauseMs = ASK_EVERY_MS;
	#last: "alive" | "dead" | "in doubt" = "alive";

	constructor(deps: LivenessDeps) {
		this.#deps = deps;
	}

	/** Whether the last token that was asked about seemed dead, and nothing has shown since that the next one is not. */
	get isInDoubt(): boolean {
		return this.#last !== "alive";
	}

	/** A token that took the place of a dead one works: it was dead indeed. */
	helped(): void {
		this.#last = "alive";
		this.#pauseMs = ASK_EVERY_MS;
	}

	/** Everybody who asks while the question is on its way gets its answer. */
	async isDead(token: Secret, refusal: AgentError, signal: AbortSignal): Promise<boolean> {
		if (refusal.remedy === "relogin" && this.#mayTrustWords()) {
			if (this.#last === "alive") this.#last = "dead";
			return true;
		}
		if (this.#asking?.token === token) return await this.#asking.answer;
		const now = this.#deps.clock.now();
		if (now - this.#askedAt < this.#pauseMs) {
			if (this.#last === "dead") this.#last = "in doubt";
			return false;
		}
		this.#askedAt = now;
		const answer = this.#ask(token, signal);
		this.#asking = { token, answer };
		try {
			return await answer;
		} finally {
			this.#asking = undefined;
		}
	}

	/** Once a minute: where every new token is called invalid, logging in faster would only flood Vault. */
	#mayTrustWords(): boolean {
		const now = this.#deps.clock.now();
		if (now - this.#trustedAt < TRUST_WORDS_EVERY_MS) return false;
		this.#trustedAt = now;
		return true;
	}

	async #ask(token: Secret, signal: AbortSignal): Promise<boolean> {
		const { client, namespace } = this.#deps;
		const call = { method: "GET", path: "auth/token/lookup-self", token } as const;
		try {
			await client.send({ ...call, ...(namespace !== undefined && { namespace }) }, signal);
			this.#pauseMs = ASK_EVERY_MS;
			this.#last = "alive";
			return false;
		} catch (error) {
			if (!(error instanceof VaultError) || error.status !== 403) return false;
			const pause = this.#last === "in doubt" ? this.#pauseMs * 2 : ASK_EVERY_MS;
			this.#pauseMs = Math.min(ASK_AT_LEAST_EVERY_MS, pause);
			this.#last = "dead";
			return true;
		}
	}
}
