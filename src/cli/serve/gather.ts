import type { Clock } from "../../kernel/mod.ts";

/** How long calls are gathered, in milliseconds. */
export interface GatherLimits {
	/** The work begins when no call has come for so long. */
	readonly quietMs: number;
	/** However many calls come, the work begins no later than this after the first. */
	readonly longestMs: number;
}

/** Longest wait at a time for a first call. */
const DAY_MS = 24 * 3_600_000;

/** Many calls in a row make one piece of work: fifty signals in a second, or a folder whose files change one by one. */
export class Gatherer {
	readonly #clock: Clock;
	readonly #limits: GatherLimits;
	#wasCalled = false;
	#early = new AbortController();

	constructor(clock: Clock, limits: GatherLimits) {
		this.#clock = clock;
		this.#limits = limits;
	}

	call(): void {
		this.#wasCalled = true;
		this.#early.abort();
	}

	/** Resolves when there have been calls and they have been gathered; rejects with the signal's reason. */
	async next(signal: AbortSignal): Promise<void> {
		while (!(await this.#within(DAY_MS, signal)));
		const latest = this.#clock.now() + this.#limits.longestMs;
		for (;;) {
			const left = latest - this.#clock.now();
			if (left <= 0 || !(await this.#within(Math.min(this.#limits.quietMs, left), signal))) return;
		}
	}

	/** Whether a call has come, or comes within that time. */
	async #within(ms: number, signal: AbortSignal): Promise<boolean> {
		if (!this.#wasCalled) {
			this.#early = new AbortController();
			await this.#clock.sleep(ms, AbortSignal.any([signal, this.#early.signal])).catch(() => undefined);
		}
		signal.throwIfAborted();
		const wasCalled = this.#wasCalled;
		this.#wasCalled = false;
		return wasCalled;
	}
}
