export interface BackoffLimits {
	/** Upper bound of the first pause, in milliseconds. */
	readonly minMs: number;
	/** Upper bound of every pause, in milliseconds. */
	readonly maxMs: number;
}

/**
 * Pause before the next try: exponential, capped, full jitter, so that agents that failed
 * together do not come back together.
 *
 * @param attempt 0 for the pause after the first failure
 * @param random source of jitter in [0, 1)
 * @returns milliseconds, never below a tenth of `minMs` so that no sequence of draws is a hot loop
 */
export function backoffDelay(attempt: number, limits: BackoffLimits, random: () => number): number {
	const ceiling = Math.min(limits.maxMs, limits.minMs * 2 ** Math.min(attempt, 30));
	return Math.max(limits.minMs / 10, Math.round(ceiling * random()));
}
