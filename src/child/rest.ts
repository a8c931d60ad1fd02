import type { BackoffLimits } from "../kernel/mod.ts";
import type { ChildState } from "./events.ts";
import { pauseAfter } from "./pause-after.ts";
import type { SupervisorDeps } from "./ports.ts";

/** A pause between starts that goes by beside everything else. */
export class Rest {
	readonly #deps: SupervisorDeps;
	readonly #onOver: () => void;
	#current: { readonly state: BackingOff; readonly early: AbortController } | undefined;

	constructor(deps: SupervisorDeps, onOver: () => void) {
		this.#deps = deps;
		this.#onOver = onOver;
	}

	/** Undefined when there is no pause. */
	get state(): BackingOff | undefined {
		return this.#current?.state;
	}

	/** Begins, in the place of one that may be under way. @param attempt 0 after the first failure of a row */
	begin(attempt: number, limits: BackoffLimits): void {
		const { clock, observe } = this.#deps;
		const { delayMs, ...rest } = pauseAfter(attempt, limits, this.#deps);
		this.end();
		const early = new AbortController();
		const pause = { state: { kind: "backing-off", ...rest }, early } as const;
		this.#current = pause;
		observe({ kind: "backing-off", delayMs, attempt });
		const wake = () => {
			if (this.#current !== pause) return;
			this.#current = undefined;
			this.#onOver();
		};
		void clock.sleep(delayMs, early.signal).then(wake, () => {});
	}

	end(): void {
		this.#current?.early.abort();
		this.#current = undefined;
	}
}

type BackingOff = Extract<ChildState, { kind: "backing-off" }>;
