import type { ChildValues } from "./ports.ts";
import { newTurn, type Turn } from "./turn.ts";

/** Remembers what is to be served, what was served last, and what did not work. */
export class Turns {
	#wanted: Turn;
	#proven: Turn | undefined;
	#lastFailed: Turn | undefined;
	/** Since when there have been values that no child serves with, by the clock. */
	#dueSince: number | undefined;

	constructor(first: ChildValues) {
		this.#wanted = newTurn(first);
	}

	/** The newest values. */
	get wanted(): Turn {
		return this.#wanted;
	}

	/** The last that a child served with. */
	get proven(): Turn | undefined {
		return this.#proven;
	}

	/** Newer values than this one's have come, and no child has had them yet. */
	hasUntried(turn: Turn): boolean {
		return this.#wanted !== turn && this.#wanted.failures === 0;
	}

	/** Newer values have come. @returns for how long there have been some that no child serves with */
	want(values: ChildValues, now: number): number {
		this.#wanted = newTurn(values);
		this.#dueSince ??= now;
		return now - this.#dueSince;
	}

	/** A child serves with these. */
	serves(turn: Turn, now: number): void {
		this.#proven = turn;
		this.#settle(turn, now);
	}

	/** A child that was started with these will not serve. */
	fails(turn: Turn, now: number): void {
		turn.failures++;
		this.#lastFailed = turn;
		this.#settle(turn, now);
	}

	/** A child with these serves again, for its successor has not lived. */
	goesBackTo(turn: Turn): void {
		this.#proven = turn;
	}

	/** The child that served with these has ended by itself, soon after it was started. */
	diesYoung(turn: Turn): void {
		this.#lastFailed = turn;
	}

	/** @returns the values that are served in the place of these, the first time that these newest ones have failed */
	reject(turn: Turn): Turn | undefined {
		if (turn !== this.#wanted || turn === this.#proven || turn.isRejected) return undefined;
		turn.isRejected = this.#proven !== undefined;
		return this.#proven;
	}

	/** What a child is to be started with: where none serves, that comes first, with values that have been served. */
	next(isServed: boolean): Turn {
		const isServiceFirst = !isServed && this.#wanted.isRejected && this.#lastFailed === this.#wanted;
		return (isServiceFirst ? this.#proven : undefined) ?? this.#wanted;
	}

	#settle(turn: Turn, now: number): void {
		this.#dueSince = turn === this.#wanted ? undefined : now;
	}
}
