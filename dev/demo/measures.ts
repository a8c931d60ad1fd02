import type { Sample } from "./load.ts";

/** What has been measured up to a moment. All moments are in milliseconds since the epoch. */
export interface Measures {
	readonly startedAt: number;
	readonly now: number;
	/** When the first request was answered with the new key, and so on; absent until it has happened. */
	readonly rotatedAt?: number;
	readonly seenAt?: number;
	readonly servedAt?: number;
	readonly samples: readonly Sample[];
}

export interface Tally {
	readonly answered: number;
	readonly failed: number;
	/** Longest time between two answers: what clients would notice of a turn-over. */
	readonly longestGapMs: number;
}

export function tally(samples: readonly Sample[]): Tally {
	const moments = samples
		.filter(({ key }) => key !== undefined)
		.map(({ endedAt }) => endedAt)
		.toSorted((a, b) => a - b);
	const gaps = moments.map((moment, index) => moment - (moments[index - 1] ?? moment));
	const answered = moments.length;
	return { answered, failed: samples.length - answered, longestGapMs: Math.max(0, ...gaps) };
}

/** `0.6 s`; with more digits where tenths would say nothing. */
export function seconds(ms: number, digits = 1): string {
	return `${(ms / 1000).toFixed(digits)} s`;
}

/** `1 204`, as on the time line. */
export function grouped(count: number): string {
	return String(count).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}
