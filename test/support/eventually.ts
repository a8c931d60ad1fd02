import { setTimeout as delay } from "node:timers/promises";

/** Polls until the probe no longer throws, and gives its value; after `withinMs` its last error is the failure. */
export async function eventually<T>(probe: () => T | Promise<T>, { withinMs = 10_000 } = {}): Promise<T> {
	const deadline = performance.now() + withinMs;
	for (;;) {
		try {
			return await probe();
		} catch (error) {
			if (performance.now() > deadline) throw error;
			await delay(15);
		}
	}
}
