import { AgentError, type Clock, formatDuration } from "../kernel/mod.ts";
import { isLasting } from "./waiting.ts";

interface PatienceDeps {
	readonly clock: Clock;
	/** A refused login is waited for as well: others may mend it meanwhile. Default false. */
	readonly waitsForLogin?: boolean;
	/** So long are faults borne, in milliseconds; for ever when absent. */
	readonly giveUpAfterMs?: number;
}

/** For how long faults of what is required are borne. */
export class Patience {
	readonly #deps: PatienceDeps;
	#longestMs: number;
	/** Steady time of the first fault in a row, by what fails. */
	#since: ReadonlyMap<string, number> = new Map();

	constructor(deps: PatienceDeps) {
		this.#deps = deps;
		this.#longestMs = deps.giveUpAfterMs ?? Number.POSITIVE_INFINITY;
	}

	/** From now on faults are borne for so long. */
	adopt(longestMs = Number.POSITIVE_INFINITY): void {
		this.#longestMs = longestMs;
	}

	/** Milliseconds until the first of the faults has lasted for too long; infinite when none will have. */
	untilOver(): number {
		const first = Math.min(Number.POSITIVE_INFINITY, ...this.#since.values());
		return Math.max(0, first + this.#longestMs - this.#deps.clock.now());
	}

	/**
	 * Told of all faults that there are now.
	 *
	 * @throws AgentError for one that has lasted too long, or that waiting cannot mend; never where they are borne for ever
	 */
	bear(faults: ReadonlyMap<string, AgentError>): void {
		if (this.#longestMs === Number.POSITIVE_INFINITY) return;
		const { clock, waitsForLogin = false } = this.#deps;
		const now = clock.now();
		const since = new Map([...faults.keys()].map((key) => [key, this.#since.get(key) ?? now]));
		this.#since = since;
		for (const error of faults.values()) if (isLasting(error, waitsForLogin)) throw error;
		for (const [key, error] of faults) {
			const lasted = now - (since.get(key) ?? now);
			if (lasted >= this.#longestMs) throw givenUp(error, lasted);
		}
	}
}

function givenUp({ message, code, exitCode, rows, facts, cause }: AgentError, lastedMs: number): AgentError {
	return new AgentError(`gave up after ${formatDuration(lastedMs)}; ${message}`, {
		code,
		exitCode,
		rows,
		facts,
		cause,
	});
}
