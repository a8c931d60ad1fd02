import type { Secret } from "../kernel/mod.ts";
import type { SecretView } from "./view.ts";

/** What Vault has granted. Times are milliseconds since the epoch. */
export interface LeaseTerms {
	/** Its duration when it was given, in milliseconds: what is asked for at every renewal. */
	readonly termMs: number;
	readonly endsAt: number;
	/** Whether it can still be made longer. */
	readonly renewable: boolean;
}

/** A lease that we hold: until when, and what is to be done about it when. */
export interface Lease extends LeaseTerms {
	readonly id: string;
	/** API path that it came from. */
	readonly path: string;
	/** The token that it ends with. */
	readonly holder: Secret | undefined;
	/** Infinite when it is not renewed any more. */
	readonly renewAt: number;
	/** When the next one is read in its place. */
	readonly replaceAt: number;
}

/** A moment, and jitter: what the rules need besides the lease. */
export interface Moment {
	readonly now: number;
	/** In [0, 1). */
	readonly random: () => number;
}

/** What a renewal gave. */
export interface Renewal {
	readonly durationMs: number;
	readonly renewable: boolean;
}

/** Part of what is left after which it is acted on, before jitter; as for tokens. */
const ACT_AT = 0.62;
const SPREAD = 0.08;

/** Part of the term that has to be left for the next credential to be read, delivered and turned over. */
const LEAST_LEFT = 1 / 10;

/** The same as a time, for leases that are long enough. */
const LEAST_LEFT_MS = 30_000;

/** No more of the term of a short lease than this is kept for its replacement: the rest is there to be used. */
const MOST_LEFT = 1 / 5;

/** By so much more may be left, so that leases that end together are not all replaced in the same second. */
const MARGIN_SPREAD = 1 / 4;

/** A renewal that gives less than this part of the term has run into the maximum. */
const CLEARLY_LESS = 0.9;

/** The lease that came with a secret; `undefined` for one without. @param issuedAt when it was asked for */
export function leaseOf(view: SecretView, issuedAt: number, random: () => number): Lease | undefined {
	const termMs = view.leaseDuration > 0 ? view.leaseDuration * 1000 : Number.POSITIVE_INFINITY;
	const terms = { termMs, endsAt: issuedAt + termMs, renewable: view.renewable };
	return leaseOn(view, terms, { now: issuedAt, random });
}

/** The lease of a secret on what is left of its terms; `undefined` for a secret without. */
export function leaseOn(view: SecretView, terms: LeaseTerms, moment: Moment): Lease | undefined {
	const { leaseId: id, path, holder } = view;
	if (id === "") return undefined;
	const base = { id, path, holder, ...terms, renewAt: Number.POSITIVE_INFINITY, replaceAt: terms.endsAt };
	return terms.renewable ? scheduled(base, moment) : withoutRenewal(base, moment);
}

/** The lease after a renewal. Clearly less than the term, or no further renewal: its maximum has come in sight. */
export function renewed(lease: Lease, { durationMs, renewable }: Renewal, moment: Moment): Lease {
	const next = { ...lease, endsAt: moment.now + durationMs };
	return renewable && durationMs >= lease.termMs * CLEARLY_LESS
		? scheduled(next, moment)
		: withoutRenewal(next, moment);
}

/** The lease when nobody will renew it: replaced after about two thirds of what is left, and with enough left. */
export function withoutRenewal(lease: Lease, moment: Moment): Lease {
	const left = lease.endsAt - moment.now;
	const replaceAt = Math.min(moment.now + part(left, moment.random), lease.endsAt - marginOf(lease.termMs));
	return { ...lease, renewable: false, renewAt: Number.POSITIVE_INFINITY, replaceAt };
}

function scheduled(lease: Lease, { now, random }: Moment): Lease {
	const left = lease.endsAt - now;
	// Also when every renewal fails while reads work, there is a next credential in time.
	const margin = marginOf(lease.termMs) * (1 + MARGIN_SPREAD * random());
	const replaceAt = lease.endsAt - Math.round(margin);
	return { ...lease, renewAt: now + part(left, random), replaceAt };
}

/**
 * When a lease has to be replaced, all things considered.
 *
 * @param tokenEndsAt when the token ends that it belongs to; infinite while that is kept alive
 */
export function replacementAt(lease: Lease, tokenEndsAt: number): number {
	if (tokenEndsAt >= lease.endsAt) return lease.replaceAt;
	return Math.min(lease.replaceAt, tokenEndsAt - marginOf(lease.termMs));
}

function part(left: number, random: () => number): number {
	return left === Number.POSITIVE_INFINITY ? left : Math.round(left * (ACT_AT + SPREAD * random()));
}

/** By the term and not by what is left, which is little when a renewal has run into the maximum. */
function marginOf(termMs: number): number {
	if (termMs === Number.POSITIVE_INFINITY) return 0;
	return Math.max(termMs * LEAST_LEFT, Math.min(LEAST_LEFT_MS, termMs * MOST_LEFT));
}
