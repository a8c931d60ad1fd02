import type { Clock } from "../kernel/mod.ts";
import { DeliveryError } from "./errors.ts";

/** Longer than this no disk is waited for; one that hangs (a network file system, a frozen volume) never answers. */
const LONGEST_WAIT_MS = 30_000;

/** Pieces of work on a disk, one after the other, none waited for without end. */
export class OneAtATime {
	readonly #clock: Clock | undefined;
	/** Never rejects. */
	#underWay: Promise<void> | undefined;

	/** @param clock absent: a disk is waited for without end */
	constructor(clock: Clock | undefined) {
		this.#clock = clock;
	}

	/**
	 * @param busyWith what the work is at, for the message
	 * @throws DeliveryError when it has not ended in time. It goes on by itself, and nothing else is begun before it has
	 * ended: on a disk that hangs, each call holds a thread.
	 */
	async run<T>(work: () => Promise<T>, busyWith: () => string): Promise<T> {
		while (this.#underWay !== undefined) await this.#inTime(this.#underWay, busyWith);
		const mine = work();
		const over = () => void (this.#underWay = undefined);
		this.#underWay = mine.then(over, over);
		return await this.#inTime(mine, busyWith);
	}

	async #inTime<T>(work: Promise<T>, busyWith: () => string): Promise<T> {
		if (this.#clock === undefined) return await work;
		const over = new AbortController();
		const late = this.#clock.sleep(LONGEST_WAIT_MS, over.signal).then(
			() => true,
			() => false,
		);
		try {
			const first = await Promise.race([work.then(() => false), late]);
			if (first) throw DeliveryError.hanging(busyWith(), LONGEST_WAIT_MS);
			return await work;
		} finally {
			over.abort();
		}
	}
}
