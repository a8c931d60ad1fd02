import { setTimeout as delay } from "node:timers/promises";
import { DemoError } from "./demo-error.ts";

interface Patience {
	readonly withinMs: number;
	readonly signal: AbortSignal;
	/** The sentence for the case that it never came. */
	readonly orElse: () => string;
}

/** Asks until there is a value. @throws DemoError with the sentence when there is none in time */
export async function until<T>(probe: () => T | Promise<T>, patience: Patience): Promise<NonNullable<T>> {
	const { withinMs, signal, orElse } = patience;
	const deadline = performance.now() + withinMs;
	for (;;) {
		const value = await probe();
		if (value !== undefined && value !== null) return value;
		if (performance.now() > deadline) throw new DemoError(orElse());
		await delay(10, undefined, { signal });
	}
}
