/** How often something is tried again, each pause twice the last one; pauses in milliseconds. */
export interface Tries {
	readonly attempts: number;
	readonly firstMs: number;
	/** 0 for no bound. */
	readonly longestMs: number;
}

const YEAR_SECONDS = 365 * 86_400;

/** How long all pauses last together, in seconds: at least one, and a year at most. */
export function secondsOf({ attempts, firstMs, longestMs }: Tries): number {
	let totalMs = 0;
	let pauseMs = firstMs;
	let left = Math.max(0, attempts);
	for (; left > 0 && totalMs < YEAR_SECONDS * 1000 && isGrowing(pauseMs, longestMs); left--) {
		totalMs += pauseMs;
		pauseMs *= 2;
	}
	totalMs += left * (longestMs > 0 ? Math.min(pauseMs, longestMs) : pauseMs);
	return Math.max(1, Math.min(Math.ceil(totalMs / 1000), YEAR_SECONDS));
}

function isGrowing(pauseMs: number, longestMs: number): boolean {
	return pauseMs > 0 && (longestMs <= 0 || pauseMs < longestMs);
}
