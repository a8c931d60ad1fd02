import { type Clock, firstOf } from "../kernel/mod.ts";
import type { Change } from "./entry.ts";

/** So long a read that has failed before may hold up those that are in order. */
const PATIENCE_MS = 1000;

/** Reads that are no longer waited for, and what they bring when they end. */
export class LateReads {
	readonly #clock: Clock;
	#changes = new Map<string, Change>();
	#isThere = false;
	#arrival = Promise.withResolvers<void>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Resolves when the next one has ended, however that was. For one who waits: who asks again has stopped waiting. */
	arrival(): Promise<void> {
		this.#arrival = Promise.withResolvers();
		return this.#arrival.promise;
	}

	/** Whether one has ended since the last {@link take}. */
	get isThere(): boolean {
		return this.#isThere;
	}

	/** What they have brought since the last time. */
	take(): readonly Change[] {
		const changes = [...this.#changes.values()];
		this.#changes = new Map();
		this.#isThere = false;
		return changes;
	}

	/** Waits for reads, but only for a moment. @returns what they have brought by then; the rest comes later */
	async patiently(reads: Promise<readonly Change[]>, signal: AbortSignal): Promise<readonly Change[]> {
		const woken = await firstOf(reads, PATIENCE_MS, { clock: this.#clock, order: signal });
		if (woken === "event") return await reads;
		signal.throwIfAborted();
		void this.#await(reads, signal);
		return [];
	}

	async #await(reads: Promise<readonly Change[]>, signal: AbortSignal): Promise<void> {
		try {
			for (const change of await reads) this.#changes.set(change.key, change);
		} catch (error) {
			if (!signal.aborted) throw error;
		}
		this.#isThere = true;
		this.#arrival.resolve();
	}
}
