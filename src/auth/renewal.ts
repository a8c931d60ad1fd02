import type { TokenGrant } from "./auth-method.ts";

/** Part of a life after which it is renewed, before jitter. */
const RENEW_AT = 0.62;
/** Width of the jitter: agents that logged in together do not renew together. */
const SPREAD = 0.08;

/**
 * When to act on a token: about two thirds of its life from now.
 *
 * @returns milliseconds, or `undefined` for a token that never ends
 */
export function renewalDelay(grant: TokenGrant, random: () => number): number | undefined {
	return grant.ttlMs <= 0 ? undefined : Math.round(grant.ttlMs * (RENEW_AT + SPREAD * random()));
}

/**
 * Whether a renewal ran into a maximum: the server gave clearly less life than the time before. Renewing on
 * would only halve what is left, again and again; a fresh login is due.
 */
export function isNearMaximum(before: TokenGrant, after: TokenGrant): boolean {
	return after.ttlMs < before.ttlMs * 0.9;
}
