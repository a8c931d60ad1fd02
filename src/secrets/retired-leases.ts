import { AgentError, type BackoffLimits, backoffDelay, type Clock, type Secret } from "../kernel/mod.ts";
import { type LeaseCalls, refusalOf } from "./lease-calls.ts";
import { type Lease, renewed, withoutRenewal } from "./lease.ts";

/** Something that happened to a lease, for the log. The store itself does not write. */
export type LeaseEvent =
	| { readonly kind: "renewed" | "revoked"; readonly lease: Lease }
	/** Vault does not know it any more: a new secret is read at once. */
	| { readonly kind: "gone"; readonly lease: Lease }
	/** Vault will not renew it: a new secret is read before it ends. */
	| { readonly kind: "not renewed"; readonly lease: Lease; readonly error: AgentError }
	/** It was tried often enough; it ends by itself. */
	| { readonly kind: "not revoked"; readonly lease: Lease; readonly error: AgentError };

export interface RetiredLeasesDeps {
	readonly leases: LeaseCalls;
	readonly clock: Clock;
	readonly random: () => number;
	readonly onLease: (event: LeaseEvent) => void;
}

interface Retired {
	readonly lease: Lease;
	/** Somebody uses it; nobody does any more, and it is to be revoked; or that will never be known. */
	readonly use: "held" | "released" | "abandoned";
	readonly attempts: number;
	/** A failed call is not made again before this. */
	readonly notBefore: number;
}

const BACKOFF: BackoffLimits = { minMs: 1000, maxMs: 60_000 };

/** A call that is on its way is not waited for, but what follows on its answer is not slept through either. */
const LOOK_AGAIN_MS = 1000;

/** A lease that cannot be revoked is left to end by itself after so many tries. */
const MOST_REVOCATIONS = 5;

/** Leases that have been replaced while somebody may still use them: kept alive until released, then revoked. */
export class RetiredLeases {
	readonly #deps: RetiredLeasesDeps;
	readonly #held = new Map<string, Retired>();
	readonly #busy = new Set<string>();

	constructor(deps: RetiredLeasesDeps) {
		this.#deps = deps;
	}

	/** Those of which it is still to be said what becomes of them. */
	get undecided(): readonly Lease[] {
		return [...this.#held.values()].filter(({ use }) => use === "held").map(({ lease }) => lease);
	}

	add(lease: Lease): void {
		this.#held.set(lease.id, { lease, use: "held", attempts: 0, notBefore: 0 });
	}

	/** Nobody uses it any more: it is revoked after this many milliseconds. */
	release(id: string, graceMs: number): void {
		this.#update(id, { use: "released", attempts: 0, notBefore: this.#deps.clock.now() + graceMs });
	}

	/** Somebody may use it who is never told of the next one: neither renewed nor revoked, it runs out. */
	abandon(id: string): void {
		this.#update(id, { use: "abandoned" });
	}

	/** Whether one of them ends with this token. */
	needs(token: Secret): boolean {
		return [...this.#held.values()].some(({ lease }) => lease.holder === token);
	}

	/** When something is to be done about one of them, in milliseconds since the epoch. */
	get dueAt(): number {
		const soon = this.#deps.clock.now() + LOOK_AGAIN_MS;
		const times = [...this.#held.values()].map((retired) =>
			this.#busy.has(retired.lease.id) ? soon : dueAtOf(retired),
		);
		return Math.min(Number.POSITIVE_INFINITY, ...times);
	}

	/** Does what is due, beside everything else: whoever reads does not wait for it. */
	advance(signal: AbortSignal): void {
		const now = this.#deps.clock.now();
		for (const retired of this.#held.values()) {
			const { id } = retired.lease;
			if (dueAtOf(retired) > now || this.#busy.has(id)) continue;
			this.#busy.add(id);
			const work = retired.use === "released" ? this.#revoke(retired, signal) : this.#renew(retired, signal);
			void work.finally(() => this.#busy.delete(id));
		}
	}

	/** Revokes these and its own, side by side and once each, as nobody uses any of them now. Throws the abort alone. */
	async giveBack(others: readonly Lease[], signal: AbortSignal): Promise<void> {
		const all = [...others, ...[...this.#held.values()].map(({ lease }) => lease)];
		this.#held.clear();
		await Promise.all(all.map(async (lease) => await this.#giveBack(lease, signal)));
	}

	async #giveBack(lease: Lease, signal: AbortSignal): Promise<void> {
		const { leases, onLease } = this.#deps;
		try {
			await leases.revoke(lease, signal);
			onLease({ kind: "revoked", lease });
		} catch (error) {
			if (signal.aborted || !(error instanceof AgentError)) throw error;
			if (refusalOf(error) !== "gone") onLease({ kind: "not revoked", lease, error });
		}
	}

	async #renew(retired: Retired, signal: AbortSignal): Promise<void> {
		const { leases, clock, random, onLease } = this.#deps;
		const { lease } = retired;
		const moment = { now: clock.now(), random };
		if (lease.endsAt <= moment.now) {
			this.#held.delete(lease.id);
			return;
		}
		try {
			const next = renewed(lease, await leases.renew(lease, signal), moment);
			this.#update(lease.id, { lease: next, attempts: 0, notBefore: 0 });
			onLease({ kind: "renewed", lease: next });
		} catch (error) {
			if (signal.aborted) return;
			if (!(error instanceof AgentError)) throw error;
			const refusal = refusalOf(error);
			if (refusal === "gone") this.#held.delete(lease.id);
			else if (refusal === "passing") this.#postpone(retired);
			else this.#update(lease.id, { lease: withoutRenewal(lease, moment) });
		}
	}

	async #revoke(retired: Retired, signal: AbortSignal): Promise<void> {
		const { leases, onLease } = this.#deps;
		const { lease, attempts } = retired;
		try {
			await leases.revoke(lease, signal);
			this.#held.delete(lease.id);
			onLease({ kind: "revoked", lease });
		} catch (error) {
			if (signal.aborted) return;
			if (!(error instanceof AgentError)) throw error;
			if (refusalOf(error) === "passing" && attempts + 1 < MOST_REVOCATIONS) {
				this.#postpone(retired);
				return;
			}
			this.#held.delete(lease.id);
			if (refusalOf(error) !== "gone") onLease({ kind: "not revoked", lease, error });
		}
	}

	#postpone({ lease, attempts }: Retired): void {
		const pause = backoffDelay(attempts, BACKOFF, this.#deps.random);
		this.#update(lease.id, { attempts: attempts + 1, notBefore: this.#deps.clock.now() + pause });
	}

	/** It may have been released or abandoned meanwhile. */
	#update(id: string, next: Partial<Retired>): void {
		const held = this.#held.get(id);
		if (held !== undefined) this.#held.set(id, { ...held, ...next });
	}
}

/** One that is only waited for is looked at again when it has ended, to be forgotten. */
function dueAtOf({ lease, use, notBefore }: Retired): number {
	switch (use) {
		case "held":
			return Math.max(notBefore, Math.min(lease.renewAt, lease.endsAt));
		case "released":
			return notBefore;
		case "abandoned":
			return lease.endsAt;
		default:
			return use satisfies never;
	}
}
