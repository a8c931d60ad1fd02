import { AgentError, type Clock, type Secret } from "../kernel/mod.ts";
import { VaultError } from "../vault/mod.ts";
import type { Lease, Renewal } from "./lease.ts";
import { send, type SenderDeps } from "./sender.ts";

/** What Vault does with leases, and what becomes of those of a token. */
export interface LeaseCalls {
	/** @throws AgentError when it was not renewed */
	renew(lease: Lease, signal: AbortSignal): Promise<Renewal>;
	/** @throws AgentError when it was not revoked */
	revoke(lease: Lease, signal: AbortSignal): Promise<void>;
	/** Learns which token is in use. Never throws but for the abort. */
	look(signal: AbortSignal): Promise<void>;
	/** When to look again: before the token that is in use can have ended, if all is well. */
	readonly lookAt: number;
	/** When the leases of a token end with it; infinite while it is in use, for then it is kept alive. */
	endOf(holder: Secret): number;
}

/** Part of a token's life after which we look whether another one has come: by then it was renewed or replaced. */
const LOOK_AT = 0.8;

/** Shortest pause between two looks. */
const LOOK_AT_MOST_EVERY_MS = 1000;

/**
 * A token so near its end could not be renewed, so those who got theirs at the same moment are in the same trouble: the
 * look, by which they would all log in the second that they end, comes up to so much later.
 */
const SPREAD_MS = 10_000;

interface LeaseCallsDeps extends SenderDeps {
	readonly clock: Clock;
	readonly random: () => number;
}

/** {@link LeaseCalls} on Vault's API (developer.hashicorp.com/vault/api-docs/system/leases). */
export class VaultLeases implements LeaseCalls {
	readonly #deps: LeaseCallsDeps;
	#inUse: Secret | undefined;
	#lookAt = 0;

	constructor(deps: LeaseCallsDeps) {
		this.#deps = deps;
	}

	get lookAt(): number {
		return this.#lookAt;
	}

	async renew(lease: Lease, signal: AbortSignal): Promise<Renewal> {
		const body = { lease_id: lease.id, increment: Math.round(lease.termMs / 1000) };
		const { reply } = await send(this.#deps, { method: "PUT", path: "sys/leases/renew", body }, signal);
		return { durationMs: reply.leaseDuration * 1000, renewable: reply.renewable };
	}

	async revoke(lease: Lease, signal: AbortSignal): Promise<void> {
		await send(
			this.#deps,
			{ method: "PUT", path: "sys/leases/revoke", body: { lease_id: lease.id } },
			signal,
		);
	}

	async look(signal: AbortSignal): Promise<void> {
		const { clock, random, tokens } = this.#deps;
		try {
			this.#inUse = await tokens.token(signal);
		} catch (error) {
			if (signal.aborted || !(error instanceof AgentError)) throw error;
			// The login fails: that is said by who needs it. What the last token held lives as long as that does.
		}
		const now = clock.now();
		const left = this.#inUse === undefined ? 0 : Math.max(0, tokens.lifeOf(this.#inUse) - now);
		const late = left + LOOK_AT_MOST_EVERY_MS + SPREAD_MS * random();
		this.#lookAt = now + (left * LOOK_AT < LOOK_AT_MOST_EVERY_MS ? late : left * LOOK_AT);
	}

	endOf(holder: Secret): number {
		const { clock, tokens } = this.#deps;
		const endsAt = tokens.lifeOf(holder);
		const isKeptAlive = endsAt > clock.now() && (this.#inUse === undefined || this.#inUse === holder);
		return isKeptAlive ? Number.POSITIVE_INFINITY : endsAt;
	}
}

/** What a failed renewal means for the lease. */
export type Refusal = "gone" | "not-renewable" | "passing";

/** 400 is Vault's word for a lease that it does not know, and for one that it knows and will not make longer. */
export function refusalOf(error: AgentError): Refusal {
	if (!(error instanceof VaultError) || error.status === undefined || error.remedy !== "give-up")
		return "passing";
	return error.status === 400 && !/not renewable/i.test(error.message) ? "gone" : "not-renewable";
}
