import { setTimeout as delay } from "node:timers/promises";

/** Time as a dependency, so that a test can move it. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Longest delay that a Node timer takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
	now: () => Date.now(),
	sleep: async (ms, signal) => {
		for (let left = ms; left > 0; left -= LONGEST_TIMER_MS) {
			await delay(Math.min(left, LONGEST_TIMER_MS), undefined, { signal });
		}
		signal.throwIfAborted();
	},
};
