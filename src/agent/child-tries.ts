import type { ChildEvent } from "../child/mod.ts";

/** How a generation does with children that are started for it. */
interface Tries {
	readonly count: number;
	/** When the last was started, by the clock. */
	readonly startedAt: number;
	/** Why the last that failed did. */
	readonly failure?: string;
}

/** What is remembered of the generation that was tried last, and of the one that was put back last. */
export class ChildTries {
	readonly #tries = new Map<number, Tries>();
	#putBack = 0;

	observe(event: ChildEvent, at: number): void {
		switch (event.kind) {
			case "started":
				this.#started(event.generation, at);
				break;
			case "not-ready":
				this.#failed(event.generation, event.reason);
				break;
			case "exited":
				if (!event.expected) this.#failed(event.generation, `ended with ${event.exit.code}`);
				break;
			case "put-back":
				this.#putBack = event.from;
				break;
			default:
		}
	}

	of(generation: number): Tries | undefined {
		return this.#tries.get(generation);
	}

	#started(generation: number, startedAt: number): void {
		const { count = 0, failure } = this.#tries.get(generation) ?? {};
		this.#tries.set(generation, { count: count + 1, startedAt, ...(failure !== undefined && { failure }) });
		for (const other of this.#tries.keys())
			if (other !== generation && other !== this.#putBack) this.#tries.delete(other);
	}

	#failed(generation: number, failure: string): void {
		const tries = this.#tries.get(generation);
		if (tries !== undefined) this.#tries.set(generation, { ...tries, failure });
	}
}
