import type { Clock } from "../kernel/mod.ts";

/** Sleeps, come what may. */
export async function pause(ms: number, clock: Clock): Promise<void> {
	await clock.sleep(ms, new AbortController().signal);
}
