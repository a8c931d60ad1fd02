import type { ChildValues } from "./ports.ts";
import type { Report } from "./report.ts";

/**
 * How far new values have come: `none` are on trial, a `new` child has them, the values before them
 * were `put-back`, or the new ones are tried `again` because those failed as well.
 */
export type TrialPhase = "none" | "new" | "put-back" | "again";

/** Remembers which values a child could live with. */
export class Trial {
	readonly #report: Pick<Report, "settle">;
	#phase: TrialPhase = "none";
	#proven: ChildValues | undefined;

	constructor(report: Pick<Report, "settle">) {
		this.#report = report;
	}

	get phase(): TrialPhase {
		return this.#phase;
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

	/** A child can serve, or has lived through the start grace. @param isNewest nothing newer is waiting */
	stands(values: ChildValues, isNewest: boolean): void {
		this.#proven = values;
		this.#phase = "none";
		if (isNewest) this.#report.settle("turned-over");
	}

	/** @returns the values to go back to, of which there are some in the phase `new` */
	putBack(current: ChildValues): ChildValues {
		this.#phase = "put-back";
		this.#report.settle("put-back");
		return this.#proven ?? current;
	}
}
