import type { Clock } from "../kernel/mod.ts";
import { keyOf } from "./book.ts";
import type { Unit } from "./spec.ts";

/** When a unit's secrets have changed, in milliseconds of steady time. */
interface Unrest {
	readonly unit: Unit;
	readonly since: number;
	readonly dueAt: number;
}

/** Units whose secrets have changed a moment ago, and that wait until those are quiet. */
export class HeldBack {
	readonly #clock: Clock;
	readonly #held = new Map<string, Unrest>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	has(unit: Unit): boolean {
		return this.#held.has(keyOf(unit));
	}

	/** Milliseconds until a wait is over; infinite when nothing is held back. */
	untilDue(): number {
		const next = Math.min(Number.POSITIVE_INFINITY, ...this.#held.values().map(({ dueAt }) => dueAt));
		return Math.max(0, next - this.#clock.now());
	}

	/**
	 * Of units that would be rendered now, those that are; the others wait.
	 *
	 * @param changed units whose secrets are others than before
	 * @param urgent those among them that may not wait
	 */
	sift(units: readonly Unit[], changed: ReadonlySet<Unit>, urgent: ReadonlySet<Unit>): readonly Unit[] {
		return units.filter((unit) => {
			if (urgent.has(unit)) {
				this.#held.delete(keyOf(unit));
				return true;
			}
			return changed.has(unit) ? !this.#hold(unit) : !this.has(unit);
		});
	}

	/** Units whose wait is over: it has come to its end with this. */
	takeDue(): readonly Unit[] {
		const now = this.#clock.now();
		const due = [...this.#held].filter(([, { dueAt }]) => dueAt <= now);
		for (const [key] of due) this.#held.delete(key);
		return due.map(([, { unit }]) => unit);
	}

	/** Nothing is waited for any more. */
	clear(): void {
		this.#held.clear();
	}

	#hold(unit: Unit): boolean {
		if (unit.kind === "variable" || unit.wait === undefined) return false;
		const { minMs, maxMs } = unit.wait;
		const now = this.#clock.now();
		const since = this.#held.get(keyOf(unit))?.since ?? now;
		this.#held.set(keyOf(unit), { unit, since, dueAt: Math.min(now + minMs, since + maxMs) });
		return true;
	}
}
