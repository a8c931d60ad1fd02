import { AgentError, type BackoffLimits, type Clock } from "../kernel/mod.ts";
import { pauseAfter } from "../vault/mod.ts";

interface SingleFlightDeps {
	readonly clock: Clock;
	readonly random: () => number;
	readonly backoff: BackoffLimits;
	/** Told of each failure. */
	readonly failed: (error: AgentError) => void;
}

/**
 * Work that is done once for all who ask at the same time, and not again before the back-off of a failure has passed:
 * until then everybody is told how the last try ended.
 */
export class SingleFlight<T> {
	readonly #deps: SingleFlightDeps;
	#running: Promise<T> | undefined;
	#failure: { readonly error: AgentError; readonly until: number; readonly attempts: number } | undefined;

	constructor(deps: SingleFlightDeps) {
		this.#deps = deps;
	}

	/** @throws what the work throws, now or the last time */
	async run(work: () => Promise<T>): Promise<T> {
		if (this.#failure !== undefined && this.#deps.clock.now() < this.#failure.until)
			throw this.#failure.error;
		this.#running ??= this.#attempt(work).finally(() => {
			this.#running = undefined;
		});
		return await this.#running;
	}

	/** Resolves when no work is under way, however it has ended. */
	async idle(): Promise<void> {
		await this.#running?.catch(() => undefined);
	}

	/** Somebody asked: what failed may be tried at once. */
	retryNow(): void {
		this.#failure = undefined;
	}

	async #attempt(work: () => Promise<T>): Promise<T> {
		try {
			const result = await work();
			this.#failure = undefined;
			return result;
		} catch (error) {
			if (error instanceof AgentError) {
				this.#note(error);
				this.#deps.failed(error);
			}
			throw error;
		}
	}

	#note(error: AgentError): void {
		const { clock, backoff, random } = this.#deps;
		const attempts = this.#failure?.attempts ?? 0;
		const until = clock.now() + pauseAfter(error, attempts, { limits: backoff, random });
		this.#failure = { error, attempts: attempts + 1, until };
	}
}
