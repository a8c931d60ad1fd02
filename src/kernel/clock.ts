/** Time as a dependency, so that a test can move it. */
export interface Clock {
	/**
	 * Steady time, for everything that lasts: milliseconds that only ever grow, whatever is done to the wall clock. They
	 * count from the wall clock's word at the start of the program, so they look like milliseconds since the epoch.
	 */
	now(): number;
	/** The wall clock, for dates that others state or people read: milliseconds since the epoch. It may jump. */
	date(): number;
	/** Resolves after `ms` of steady time; rejects with the signal's reason as soon as it aborts. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of a whole program. */
export interface ProgramClock extends Clock {
	/** So much time has passed uncounted, for the machine was suspended: whoever has slept long enough by now wakes. */
	catchUp(ms: number): void;
}

/** Longest delay that a Node timer takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** CLOCK_MONOTONIC. `performance.now()` says the same, but loading it takes half a millisecond of every start. */
const monotonicMs = () => Number(process.hrtime.bigint() / 1_000_000n);

export function programClock(): ProgramClock {
	const sleepers = new Set<() => void>();
	let epochMs = Date.now() - monotonicMs();

	const now = () => epochMs + monotonicMs();
	/** Ends early when time has been caught up with. */
	const nap = async (ms: number, signal: AbortSignal) => {
		signal.throwIfAborted();
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const timer = setTimeout(resolve, ms);
		const abort = () => reject(signal.reason as Error);
		signal.addEventListener("abort", abort, { once: true });
		sleepers.add(resolve);
		await promise.finally(() => {
			clearTimeout(timer);
			signal.removeEventListener("abort", abort);
			sleepers.delete(resolve);
		});
	};
	return {
		now,
		date: () => Date.now(),
		sleep: async (ms, signal) => {
			const end = now() + ms;
			for (let left = ms; left > 0; left = end - now()) await nap(Math.min(left, LONGEST_TIMER_MS), signal);
			signal.throwIfAborted();
		},
		catchUp: (ms) => {
			epochMs += ms;
			for (const wake of sleepers) wake();
		},
	};
}

export const systemClock: ProgramClock = programClock();
