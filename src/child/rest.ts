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
		const { delayMs, ...rest } = pauseAfter(attempt, limits, this.#deps);
		this.#deps.observe({ kind: "backing-off", delayMs, attempt });
		this.#sleep(delayMs, { kind: "backing-off", ...rest });
	}

	/** Nothing has failed; what comes next is to be seen first. */
	wait(delayMs: number): void {
		const until = this.#deps.clock.now() + delayMs;
		this.#sleep(delayMs, { kind: "backing-off", until, attempt: 0, crashLoop: false });
	}

	end(): void {
		this.#current?.early.abort();
		this.#current = undefined;
	}

	#sleep(delayMs: number, state: BackingOff): void {
		const { clock } = this.#deps;
		this.end();
		const early = new AbortController();
		const pause = { state, early };
		this.#current = pause;
		const wake = () => {
			if (this.#current !== pause) return;
			this.#current = undefined;
			this.#onOver();
		};
		void clock.sleep(delayMs, early.signal).then(wake, () => {});
	}
}

type BackingOff = Extract<ChildState, { kind: "backing-off" }>;
