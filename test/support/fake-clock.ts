import type { Clock } from "../../src/kernel/mod.ts";

interface Sleeper {
	readonly at: number;
	readonly wake: () => void;
}

/** A clock that stands still until `advance()`; it records what was asked of it. */
export class FakeClock implements Clock {
	readonly sleeps: number[] = [];
	#now: number;
	#waiting: Sleeper[] = [];

	constructor(start = 0) {
		this.#now = start;
	}

	now(): number {
		return this.#now;
	}

	async sleep(ms: number, signal: AbortSignal): Promise<void> {
		signal.throwIfAborted();
		this.sleeps.push(ms);
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const sleeper = { at: this.#now + ms, wake: resolve };
		this.#waiting.push(sleeper);
		const abort = () => {
			this.#waiting = this.#waiting.filter((other) => other !== sleeper);
			reject(signal.reason as Error);
		};
		signal.addEventListener("abort", abort, { once: true });
		await promise.finally(() => signal.removeEventListener("abort", abort));
	}

	/** Moves time forward and wakes, in order, everyone whose moment has come. */
	async advance(ms: number): Promise<void> {
		const end = this.#now + ms;
		for (;;) {
			await settle();
			const next = this.#waiting.filter((sleeper) => sleeper.at <= end).toSorted((a, b) => a.at - b.at)[0];
			if (next === undefined) break;
			this.#now = Math.max(this.#now, next.at);
			this.#waiting = this.#waiting.filter((other) => other !== next);
			next.wake();
		}
		this.#now = end;
		await settle();
	}
}

/** Lets every promise that is already decided run its course. */
async function settle(): Promise<void> {
	for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
