import type { ChildValues } from "./ports.ts";

/**
 * What became of new values: their child stands; it did not, and the values before it are used again;
 * newer values came first; the child had already ended, or the agent does.
 */
export type TurnOverOutcome = "turned-over" | "put-back" | "superseded" | "ended";

/**
 * How far new values have come: `none` are on trial, a `new` child has them, the values before them
 * were `put-back`, or the new ones are tried `again` because those failed as well.
 */
export type TrialPhase = "none" | "new" | "put-back" | "again";

/** Remembers which values a child could live with, and tells the one who brought new ones how they did. */
export class Trial {
	#phase: TrialPhase = "none";
	#proven: ChildValues | undefined;
	#report: ((outcome: TurnOverOutcome) => void) | undefined;

	get phase(): TrialPhase {
		return this.#phase;
	}

	/** New values have been brought; resolves when their fate is known. */
	async await(): Promise<TurnOverOutcome> {
		this.#settle("superseded");
		const { promise, resolve } = Promise.withResolvers<TurnOverOutcome>();
		this.#report = resolve;
		return await promise;
	}

	/** A child is about to start with the newest values. @param isChange no child has had them yet */
	begin(newest: ChildValues, isChange: boolean): void {
		if (this.#proven === undefined || (newest === this.#proven && !isChange)) this.#phase = "none";
		else this.#phase = isChange || this.#phase === "none" ? "new" : "again";
	}

	/** A child that was alive had to make room: better proof than none. */
	madeRoom(values: ChildValues): void {
		this.#proven ??= values;
	}

	/** A child has lived through the start grace. @param isNewest nothing newer is waiting */
	stands(values: ChildValues, isNewest: boolean): void {
		this.#proven = values;
		this.#phase = "none";
		if (isNewest) this.#settle("turned-over");
	}

	/** @returns the values to go back to, of which there are some in the phase `new` */
	putBack(current: ChildValues): ChildValues {
		this.#phase = "put-back";
		this.#settle("put-back");
		return this.#proven ?? current;
	}

	/** There will be no further child. */
	over(): void {
		this.#settle("ended");
	}

	#settle(outcome: TurnOverOutcome): void {
		this.#report?.(outcome);
		this.#report = undefined;
	}
}
