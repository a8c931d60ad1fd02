import { type AgentError, type Clock, formatDuration, type Log, type Secret } from "../kernel/mod.ts";
import type { HeldToken } from "./held-token.ts";
import { Liveness, type LivenessDeps } from "./liveness.ts";

interface TrialDeps extends LivenessDeps {
	readonly clock: Clock;
	readonly log: Log;
}

/** A token that is refused so soon after it was given may not have come to the replica that was asked. */
const YOUNG_MS = 10_000;

/** What a refusal says about the token that it has met. */
export class TokenTrial {
	readonly #holder: HeldToken;
	readonly #deps: TrialDeps;
	readonly #liveness: Liveness;

	constructor(holder: HeldToken, deps: TrialDeps) {
		this.#holder = holder;
		this.#deps = deps;
		this.#liveness = new Liveness(deps);
	}

	/** @returns true when the token is dead and no longer held, or has been replaced before */
	async isDead(token: Secret, refusal: AgentError, signal: AbortSignal): Promise<boolean> {
		const held = this.#holder.current;
		if (held === undefined || held.grant.token !== token) return true;
		if (!(await this.#liveness.isDead(token, refusal, signal))) return false;
		if (this.#holder.current === held) {
			this.#holder.drop(held);
			const age = this.#deps.clock.now() - held.renewedAt;
			const what =
				age < YOUNG_MS ? `refuses the token of ${formatDuration(age)} ago` : "no longer knows the token";
			const { accessor, policies } = held.grant;
			const { address } = refusal.facts;
			const msg = `Vault ${what}; logging in again`;
			this.#deps.log.write("warn", "login", { msg, accessor, policies, address });
		}
		return true;
	}

	/** The token works, in place of one that was taken for dead. */
	accepted(): void {
		this.#liveness.helped();
	}

	/** Whether the token was given a moment ago, in place of one that was taken for dead. */
	isUnproven(token: Secret): boolean {
		const held = this.#holder.current;
		if (held?.grant.token !== token || !this.#liveness.isInDoubt) return false;
		return this.#deps.clock.now() - held.renewedAt < YOUNG_MS;
	}
}
