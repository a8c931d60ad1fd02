import { AgentError, type Secret } from "../kernel/mod.ts";
import type { Held } from "./held-token.ts";
import { type RevocationDeps, revokeSelf } from "./revocation.ts";

/**
 * Tokens of our own that a newer login has replaced. Leases die with their token, so each is kept until nobody needs
 * it any more; then it is revoked, for tokens that lie about are counted and can be stolen.
 */
export class ReplacedTokens {
	readonly #deps: RevocationDeps;
	#held: readonly Held[] = [];

	constructor(deps: RevocationDeps) {
		this.#deps = deps;
	}

	/** Those that have not ended yet. */
	get alive(): readonly Held[] {
		this.#drop(this.#held.filter(({ endsAt }) => endsAt <= this.#deps.clock.now()));
		return this.#held;
	}

	add(held: Held): void {
		this.#held = [...this.alive, held];
	}

	/** Best effort: one that Vault cannot take back now is tried again the next time. Throws the abort alone. */
	async revoke(isNeeded: (token: Secret) => boolean, signal: AbortSignal): Promise<void> {
		for (const held of this.alive.filter(({ grant }) => !isNeeded(grant.token))) {
			if (!this.#held.includes(held)) continue; // somebody else's turn has come to it meanwhile
			this.#held = this.#held.filter((other) => other !== held);
			await this.#revokeOne(held, signal);
		}
	}

	async #revokeOne(held: Held, signal: AbortSignal): Promise<void> {
		try {
			await revokeSelf(held, this.#deps, signal);
			held.forget();
		} catch (error) {
			if (signal.aborted) this.add(held);
			if (signal.aborted || !(error instanceof AgentError)) throw error;
			if (error.remedy === "retry") this.add(held);
			else held.forget();
			const msg = `a replaced token could not be revoked: ${error.message}`;
			this.#deps.log.write("debug", "revoked", { msg, accessor: held.grant.accessor, code: error.code });
		}
	}

	#drop(ended: readonly Held[]): void {
		if (ended.length === 0) return;
		for (const held of ended) held.forget();
		this.#held = this.#held.filter((held) => !ended.includes(held));
	}
}
