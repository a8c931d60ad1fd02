import { type Log, Secret } from "../kernel/mod.ts";
import type { Generation } from "./generation.ts";
import type { ChildPort } from "./ports.ts";

export interface ChildTurnDeps {
	readonly supervisor: ChildPort["supervisor"];
	readonly log: Log;
	/** The newest generation. */
	readonly current: () => Generation;
	/** Puts the files of a generation in place before its child is put back; never rejects. */
	readonly putBack: (generation: Generation) => Promise<void>;
	/** Told how a turn has ended: the child stands with the generation, or the one before it had to be put back. */
	readonly ended: (generation: number, outcome: "stands" | "rejected") => void;
	/** Called when a turn has come to its end, however: there may be something to do. */
	readonly wake: () => void;
}

/** Brings the child to the newest generation. */
export class ChildTurn {
	readonly #deps: ChildTurnDeps;
	/** Number of the generation that the child was last asked to run with; files alone may be newer. */
	#tried = 1;

	constructor(deps: ChildTurnDeps) {
		this.#deps = deps;
	}

	/** @throws AgentError when the child cannot be started */
	async start(): Promise<void> {
		await this.#deps.supervisor.start(this.#valuesOf(this.#deps.current()));
	}

	/** Does not wait for the child to stand: that is known only after the start grace, and reading goes on meanwhile. */
	restart(): void {
		const { supervisor, current, log, ended, wake } = this.#deps;
		const generation = current();
		const { number } = generation;
		this.#tried = number;
		const report = async () => {
			const outcome = await supervisor.replace(this.#valuesOf(generation));
			if (outcome === "turned-over") {
				log.write("info", "turned over", { msg: `generation ${number} stands`, generation: number });
				ended(number, "stands");
			} else if (outcome === "put-back") {
				const msg = `generation ${number} is rejected: its child did not live; the values before it are used until the next change`;
				log.write("error", "rejected", { msg, generation: number });
				ended(number, "rejected");
			}
			wake();
		};
		void report();
	}

	signal(name: NodeJS.Signals): boolean {
		return this.#deps.supervisor.signal(name);
	}

	#valuesOf(generation: Generation) {
		const { number, terms, variables } = generation;
		return {
			generation: number,
			...(terms?.spec !== undefined && { spec: terms.spec }),
			env: new Secret(terms?.environment(variables) ?? {}),
			prepare: async (): Promise<undefined> => {
				// One that only starts again after its end finds the newest files.
				if (number >= this.#tried) return;
				this.#tried = number;
				await this.#deps.putBack(generation);
			},
		};
	}
}
