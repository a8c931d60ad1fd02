import type { Plan } from "./spec.ts";

/** A plan, and who waits for its fate. */
export interface Proposal {
	readonly plan: Plan;
	/** It is in force, or a newer one has taken its place. */
	readonly accept: () => void;
	/** All stays as it was. */
	readonly refuse: (reason: unknown) => void;
}

/** The one plan that waits to be put in force. */
export class Proposals {
	#pending: Proposal | undefined;

	get pending(): Proposal | undefined {
		return this.#pending;
	}

	/** Takes the place of one that waits. Resolves when it is in force; rejects when it is refused. */
	async propose(plan: Plan): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		this.#pending?.accept();
		this.#pending = { plan, accept: resolve, refuse: reject };
		await promise;
	}

	/** Its fate is decided. */
	withdraw(): void {
		this.#pending = undefined;
	}
}
