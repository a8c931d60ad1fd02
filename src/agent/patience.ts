import { AgentError, type Clock, formatDuration } from "../kernel/mod.ts";
import { isLasting, isMissing, type Tolerance } from "./waiting.ts";

interface PatienceDeps extends Tolerance {
	readonly clock: Clock;
	/** So long are faults borne, in milliseconds; for ever when absent. */
	readonly giveUpAfterMs?: number;
}

/** Of a unit, if any. */
interface Fault {
	readonly error: AgentError | undefined;
}

/** Which faults of what is required are borne, and for how long. */
export class Patience {
	readonly #deps: PatienceDeps;
	#longestMs: number;
	#tolerance: Tolerance;
	/** Steady time of the first fault in a row, by what fails. */
	#since: ReadonlyMap<string, number> = new Map();

	constructor(deps: PatienceDeps) {
		this.#deps = deps;
		this.#longestMs = deps.giveUpAfterMs ?? Number.POSITIVE_INFINITY;
		this.#tolerance = deps;
	}

	/** From now on these faults are borne, and for so long. */
	adopt({ giveUpAfterMs, waitsForMissing = false }: Omit<PatienceDeps, "clock">): void {
		this.#longestMs = giveUpAfterMs ?? Number.POSITIVE_INFINITY;
		this.#tolerance = { ...this.#tolerance, waitsForMissing };
	}

	/** The fault that ends a start. */
	fatalOf(waiting: readonly Fault[]): AgentError | undefined {
		const errors = waiting.map(({ error }) => error).filter((error) => error !== undefined);
		return errors.find((error) => isLasting(error, this.#tolerance));
	}

	/** Whether there is nothing to wait for but what somebody has to write or to allow: for that nobody else is held up. */
	isForOthers(waiting: readonly Fault[]): boolean {
		const { waitsForMissing = false } = this.#tolerance;
		return waitsForMissing && waiting.every(({ error }) => error !== undefined && isMissing(error));
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
		const now = this.#deps.clock.now();
		const since = new Map([...faults.keys()].map((key) => [key, this.#since.get(key) ?? now]));
		this.#since = since;
		for (const error of faults.values()) if (isLasting(error, this.#tolerance)) throw error;
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
