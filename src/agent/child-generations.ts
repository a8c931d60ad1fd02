import type { ChildEvent } from "../child/mod.ts";

/** Which generations have a child that still runs: in rolling there may be several. */
export class ChildGenerations {
	/** By process id. */
	readonly #alive = new Map<number, number>();
	#standing = 0;

	/** Every child that runs has this generation or a later one, and one has proved to live with it. */
	get oldest(): number {
		return Math.min(this.#standing, ...this.#alive.values());
	}

	observe(event: ChildEvent): void {
		if (event.kind === "started") this.#alive.set(event.pid, event.generation);
		else if (event.kind === "exited") this.#alive.delete(event.pid);
	}

	/** A child lives with this generation. */
	stands(generation: number): void {
		this.#standing = generation;
	}
}
