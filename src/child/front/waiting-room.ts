import type { Clock } from "../../kernel/mod.ts";
import { Expiry } from "./expiry.ts";
import { slept } from "./slept.ts";

/** A client whose target is not there at the moment. It is not read from, so it holds no more than it has sent. */
export interface Waiter {
	/** Tries the current target once more, where there is one. */
	connect(): void;
	/** No target has come in time. */
	giveUp(): void;
}

/** Longest wait for a target that takes a connection, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;
/** How often a target that refuses connections is tried. */
const RETRY_MS = 100;
const MOST_WAITING = 1024;

/**
 * Clients that wait for a target that takes them, a bounded number for a bounded time.
 *
 * A target that refuses connections is tried by the oldest one alone, until it takes that: a thousand clients that
 * knock ten times a second would take from the child the processor it needs to come up.
 */
export class WaitingRoom {
	readonly #clock: Clock;
	readonly #waiting: Expiry<Waiter>;
	readonly #closed = new AbortController();
	/** Who tries for all. */
	#scout: Waiter | undefined;
	#isTrying = false;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#waiting = new Expiry(clock, LONGEST_WAIT_MS, (waiter) => waiter.giveUp());
	}

	get size(): number {
		return this.#waiting.size;
	}

	/** @returns false when there is no room, or no target to wait for any more */
	enter(waiter: Waiter): boolean {
		if (this.isClosed) return false;
		if (!this.#waiting.has(waiter) && this.#waiting.size >= MOST_WAITING) return false;
		this.#waiting.add(waiter);
		if (!this.#isTrying) void this.#keepTrying();
		return true;
	}

	/** It has been taken, or has left. */
	leave(waiter: Waiter): void {
		this.#waiting.delete(waiter);
	}

	/** A target took it: if it tried for all, that takes the others as well. */
	served(waiter: Waiter): void {
		this.leave(waiter);
		if (waiter !== this.#scout) return;
		this.#scout = undefined;
		this.tryAll();
	}

	tryAll(): void {
		for (const waiter of this.#waiting.members()) waiter.connect();
	}

	get isClosed(): boolean {
		return this.#closed.signal.aborted;
	}

	/** Nobody waits any more: whoever does gives up. */
	close(): void {
		this.#waiting.close();
		this.#closed.abort();
		for (const waiter of this.#waiting.members()) {
			this.#waiting.delete(waiter);
			waiter.giveUp();
		}
	}

	async #keepTrying(): Promise<void> {
		this.#isTrying = true;
		while (this.#waiting.size > 0) {
			if (!(await slept(this.#clock, RETRY_MS, this.#closed.signal))) return;
			this.#scout = this.#waiting.oldest();
			this.#scout?.connect();
		}
		this.#isTrying = false;
	}
}
