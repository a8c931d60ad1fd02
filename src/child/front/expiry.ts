import type { Clock } from "../../kernel/mod.ts";
import { slept } from "./slept.ts";

/** Tells of members that have stayed for too long: one timer for all of them, however many come and go. */
export class Expiry<T> {
	readonly #clock: Clock;
	readonly #longestMs: number;
	readonly #expired: (member: T) => void;
	/** Since when; oldest first. */
	readonly #members = new Map<T, number>();
	readonly #closed = new AbortController();
	#isWatching = false;

	constructor(clock: Clock, longestMs: number, expired: (member: T) => void) {
		this.#clock = clock;
		this.#longestMs = longestMs;
		this.#expired = expired;
	}

	get size(): number {
		return this.#members.size;
	}

	has(member: T): boolean {
		return this.#members.has(member);
	}

	/** Oldest first. */
	members(): T[] {
		return [...this.#members.keys()];
	}

	oldest(): T | undefined {
		return this.#members.keys().next().value;
	}

	/** One that is in already stays as old as it is. */
	add(member: T): void {
		if (this.#members.has(member)) return;
		this.#members.set(member, this.#clock.now());
		if (!this.#isWatching) void this.#watch();
	}

	delete(member: T): void {
		this.#members.delete(member);
	}

	/** Nobody expires any more. */
	close(): void {
		this.#closed.abort();
	}

	async #watch(): Promise<void> {
		this.#isWatching = true;
		for (let due = this.#nextDue(); due !== undefined; due = this.#nextDue()) {
			if (!(await slept(this.#clock, Math.max(0, due - this.#clock.now()), this.#closed.signal))) return;
			this.#expire();
		}
		this.#isWatching = false;
	}

	#nextDue(): number | undefined {
		const since = this.#members.values().next().value;
		return since === undefined ? undefined : since + this.#longestMs;
	}

	#expire(): void {
		const latest = this.#clock.now() - this.#longestMs;
		for (const [member, since] of this.#members) {
			if (since > latest) return;
			this.#members.delete(member);
			this.#expired(member);
		}
	}
}
