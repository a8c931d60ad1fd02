import { type Clock, firstOf } from "../kernel/mod.ts";

/** Longest sleep of the loop between looking around. */
const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** Wakes the loop before its time. */
export class Bell {
	readonly #clock: Clock;
	#rung = Promise.withResolvers<void>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	readonly ring = (): void => {
		this.#rung.resolve();
	};

	/**
	 * Sleeps until the bell rings or something arrives, and for so long at most.
	 *
	 * @param arrival of something else to wake for
	 */
	async pause(ms: number, arrival: Promise<unknown>, order: AbortSignal): Promise<void> {
		const call = Promise.race([this.#rung.promise, arrival]);
		await firstOf(call, Math.min(ms, LONGEST_PAUSE_MS), { clock: this.#clock, order });
		this.#rung = Promise.withResolvers<void>();
	}
}
