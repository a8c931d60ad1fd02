import { type Clock, firstOf } from "../kernel/mod.ts";
import { DeliveryError } from "./errors.ts";

/** Longer than this no disk is waited for; one that hangs (a network file system, a frozen volume) never answers. */
const LONGEST_WAIT_MS = 30_000;

/** A piece of work that has not ended yet. */
interface UnderWay {
	/** Never rejects. */
	readonly end: Promise<void>;
	/** By the clock, in milliseconds. */
	readonly since: number;
}

/** Pieces of work on a disk, one after the other, none waited for without end. */
export class OneAtATime {
	readonly #clock: Clock | undefined;
	#underWay: UnderWay | undefined;

	/** @param clock absent: a disk is waited for without end */
	constructor(clock: Clock | undefined) {
		this.#clock = clock;
	}

	/**
	 * @param busyWith what the work is at, for the message
	 * @throws DeliveryError when it does not end in time, at once where the work before has not. That goes on by itself,
	 * and nothing else is begun before it has ended: on a disk that hangs, each call holds a thread.
	 */
	async run<T>(work: () => Promise<T>, busyWith: () => string): Promise<T> {
		while (this.#underWay !== undefined) await this.#inTime(this.#underWay.end, busyWith);
		const mine = work();
		const ended = () => void (this.#underWay = undefined);
		this.#underWay = { end: mine.then(ended, ended), since: this.#clock?.now() ?? 0 };
		return await this.#inTime(mine, busyWith);
	}

	/** Until the work under way has taken too long. */
	async #inTime<T>(work: Promise<T>, busyWith: () => string): Promise<T> {
		const clock = this.#clock;
		if (clock === undefined || this.#underWay === undefined) return await work;
		const { since } = this.#underWay;
		const woken = await firstOf(work, Math.max(0, since + LONGEST_WAIT_MS - clock.now()), { clock });
		if (woken === "time") throw DeliveryError.hanging(busyWith(), clock.now() - since);
		return await work;
	}
}
