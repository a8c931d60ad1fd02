import type { ChildValues } from "./ports.ts";

/**
 * What the agent wants of the supervisor, kept until the supervisor gets to it.
 *
 * Only the newest values count: any number of changes during a restart make one more restart.
 */
export class Orders {
	#newest: ChildValues;
	#changed = false;
	#ending = false;
	#bell = new AbortController();
	readonly #haste = new AbortController();

	constructor(first: ChildValues) {
		this.#newest = first;
	}

	/** Values have come that no child has been started with. */
	get changed(): boolean {
		return this.#changed;
	}

	/** The agent is to end. */
	get ending(): boolean {
		return this.#ending;
	}

	/** Aborts as soon as there is an order to be carried out. */
	get bell(): AbortSignal {
		return this.#bell.signal;
	}

	change(values: ChildValues): void {
		this.#newest = values;
		this.#changed = true;
		this.#bell.abort();
	}

	/** Aborts when the end must wait for nothing. */
	get haste(): AbortSignal {
		return this.#haste.signal;
	}

	/** Who says it twice is in haste. */
	end(): void {
		if (this.#ending) this.#haste.abort();
		this.#ending = true;
		this.#bell.abort();
	}

	/** The newest values, which are about to be used. */
	take(): ChildValues {
		this.#changed = false;
		this.#bell = new AbortController();
		return this.#newest;
	}
}
