import type { Clock } from "../../kernel/mod.ts";

/** Quiet time after work before memory is given back, in milliseconds. */
const QUIET_MS = 1500;

/**
 * Gives memory back to the system once the work is done.
 *
 * Node keeps what a burst of rendering has needed, since the next burst may come soon. Here it comes hours later,
 * and until then a sidecar holds twice the memory that it needs.
 *
 * @param collect a whole, compacting garbage collection
 * @returns to be called after work; the collection comes when no more work has come for a while
 */
export function memoryTrimmer(clock: Clock, collect: () => void): (signal: AbortSignal) => void {
	let latest = 0;
	return (signal) => {
		const mine = ++latest;
		const whenQuiet = async () => {
			await clock.sleep(QUIET_MS, signal);
			if (mine === latest) collect();
		};
		whenQuiet().catch(() => undefined); // the end came first
	};
}
