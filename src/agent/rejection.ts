import type { FileOrder } from "../render/mod.ts";
import { changedVariables, type Generation, isNewFor } from "./generation.ts";
import type { UnitOrder } from "./order.ts";

interface Rejected {
	readonly generation: number;
	readonly files: readonly UnitOrder[];
	/** Of variables. */
	readonly names: ReadonlySet<string>;
}

/** What the child could not live with: not delivered again until it changes, somebody asks, or a child can after all. */
export class Rejection {
	#rejected: Rejected | undefined;

	/** Number of the generation that was rejected, as long as it is. */
	get generation(): number | undefined {
		return this.#rejected?.generation;
	}

	/** What a status report says of it. */
	get standing() {
		const { files = [], names, generation } = this.#rejected ?? {};
		return {
			isRejected: generation !== undefined,
			rejectedGeneration: generation,
			/** The units' own files, also where one beside it was rejected. */
			rejectedFiles: [...new Set(files.map(({ destination }) => destination))],
			rejectedVariables: [...(names ?? [])],
		};
	}

	has({ path, content }: FileOrder): boolean {
		const { files = [] } = this.#rejected ?? {};
		return files.some((file) => file.path === path && file.content === content);
	}

	/** @param back what is used in the place of the newest */
	note(newest: Generation, back: Generation): void {
		this.#rejected = {
			generation: newest.number,
			files: newest.orders.filter((order) => isNewFor(back, order)),
			names: changedVariables(back.variables, newest.variables),
		};
	}

	/** Files may be delivered again. Variables are rejected as long as the child runs without them. */
	forgetFiles(): void {
		const { names = new Set<string>() } = this.#rejected ?? {};
		this.#rejected = this.#rejected && names.size > 0 ? { ...this.#rejected, files: [] } : undefined;
	}

	/** A child is asked to run with it after all, or does. @returns whether there was something that was rejected */
	lift(): boolean {
		const wasRejected = this.#rejected !== undefined;
		this.#rejected = undefined;
		return wasRejected;
	}
}
