import { type Clock, formatDuration, type Log, Reminder } from "../kernel/mod.ts";
import type { WaitingFor } from "./waiting.ts";

/** How often a start that has to wait says what it waits for. */
export const PROGRESS_EVERY_MS = 10_000;

export interface ProgressDeps {
	readonly clock: Clock;
	readonly log: Log;
	/** What is waited for now; `undefined` once everything stands. */
	readonly waitingFor: () => WaitingFor | undefined;
}

/** Says what a start waits for: at the first fault, and then now and then, whether a fault or silence holds it up. */
export class Progress {
	readonly #deps: ProgressDeps;
	readonly #since: number;
	readonly #reminder = new Reminder();
	#saidAt = Number.NEGATIVE_INFINITY;

	constructor(deps: ProgressDeps) {
		this.#deps = deps;
		this.#since = deps.clock.now();
	}

	/** Something has failed and will be tried again. */
	failed(): void {
		this.#say("trying again");
	}

	/** Nothing is waited for but what somebody has to write or to allow, which may take days: said ever more seldom. */
	isForOthers(): void {
		if (this.#reminder.isDue("", this.#deps.clock.now())) this.#say("everything else goes on");
	}

	/** Carries the work out, and says now and then how long it has been at it. */
	async during<T>(work: Promise<T>): Promise<T> {
		const over = new AbortController();
		const telling = this.#tell(over.signal);
		try {
			return await work;
		} finally {
			over.abort();
			await telling;
		}
	}

	async #tell(signal: AbortSignal): Promise<void> {
		const { clock } = this.#deps;
		while (!signal.aborted) {
			await clock.sleep(PROGRESS_EVERY_MS, signal).catch(() => undefined);
			if (!signal.aborted) this.#say(`waiting for ${formatDuration(clock.now() - this.#since)}`);
		}
	}

	#say(state: string): void {
		const { clock, log, waitingFor } = this.#deps;
		const waiting = waitingFor();
		if (waiting === undefined || clock.now() - this.#saidAt < PROGRESS_EVERY_MS) return;
		this.#saidAt = clock.now();
		const { words, error } = waiting;
		const address = error?.facts["address"];
		const where = typeof address === "string" && !words.includes(address) ? ` at ${address}` : "";
		log.write("warn", "waiting", { msg: `${words}${where}; ${state}`, code: error?.code });
	}
}
