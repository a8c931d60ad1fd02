import type { ChildEvent } from "../child/mod.ts";
import { formatDuration, type Log, type LogFields, Secret } from "../kernel/mod.ts";
import type { ChildFiles } from "./child-files.ts";
import { ChildGenerations } from "./child-generations.ts";
import { changedVariables, type Generation } from "./generation.ts";
import type { ChildPort } from "./ports.ts";

type Switched = Extract<ChildEvent, { kind: "switched" }>;

export interface ChildTurnDeps {
	readonly child: ChildPort;
	readonly files: ChildFiles;
	readonly log: Log;
	/** The newest generation. */
	readonly current: () => Generation;
	/** Told how a turn has ended: the child serves with the generation, or one with that before it does. */
	readonly ended: (generation: number, outcome: "stands" | "rejected") => void;
	/** Told that no child runs with an older generation than this any more. */
	readonly outlived: (generation: number) => void;
	/** Called when a turn has come to its end, however: there may be something to do. */
	readonly wake: () => void;
}

/** What is done about a generation that no child stands with. */
const PUT_BACK = {
	restart:
		"its child did not live; the values before it are used; it is tried again at the next change or refresh, and not before",
	rolling: "its child was not ready; the one before it goes on, and it is tried again",
} as const;

/** Brings the child to the newest generation. */
export class ChildTurn {
	/** What replaces the child when something has changed. */
	readonly way: "restart" | "rolling";
	readonly #deps: ChildTurnDeps;
	readonly #generations = new ChildGenerations();
	#oldest = 0;
	/** The last that a child was asked to run with. */
	#asked: Generation | undefined;
	/** The last that a child was started with, be it an older one once more. */
	#started: Generation | undefined;
	/** The last that a child has proved to live with. */
	#stood: Generation | undefined;
	/** Served before the child that took over last, which is still to stand: one of them does again if it dies. */
	#fallbacks: readonly Generation[] = [];
	/** Nobody lives with it, and it is tried again. */
	#rejected: Generation | undefined;

	constructor(deps: ChildTurnDeps) {
		this.#deps = deps;
		this.way = deps.child.freePort === undefined ? "restart" : "rolling";
		deps.child.subscribe((event) => this.#observe(event));
	}

	/** @throws AgentError when the child cannot be started */
	async start(): Promise<void> {
		const generation = this.#ask();
		await this.#deps.child.supervisor.start(this.#valuesOf(generation));
		this.#stood = generation;
		this.#generations.stands(generation.number);
	}

	/** Does not wait for the child to stand: that takes its time, and reading goes on meanwhile. */
	replace(): void {
		const generation = this.#ask();
		const report = async () => {
			const outcome = await this.#deps.child.supervisor.replace(this.#valuesOf(generation));
			if (outcome === "put-back") this.#isRejected(generation, PUT_BACK[this.way]);
			else if (outcome === "turned-over" && this.way === "restart") this.#stands(generation);
			this.#deps.wake();
		};
		void report();
	}

	/** Names of the variables of which the child that serves has another value than the newest. */
	get unservedVariables(): ReadonlySet<string> {
		return changedVariables(this.#stood?.variables ?? new Map(), this.#deps.current().variables);
	}

	signal(name: NodeJS.Signals): boolean {
		return this.#deps.child.supervisor.signal(name);
	}

	#ask(): Generation {
		const generation = this.#deps.current();
		this.#asked = generation;
		this.#rejected = undefined;
		this.#deps.files.tries(generation);
		return generation;
	}

	#observe(event: ChildEvent): void {
		this.#generations.observe(event);
		switch (event.kind) {
			case "exited":
				this.#tellOldest();
				break;
			case "switched":
				this.#tookOver(event);
				break;
			case "stands":
				this.#fallbacks = [];
				if (this.way === "restart" && event.generation === this.#rejected?.number)
					this.#stands(this.#rejected);
				break;
			case "put-back":
				if (event.from === this.#stood?.number) this.#fell(event.to);
				if (event.from === this.#asked?.number) this.#putFilesBack();
				break;
			case "backing-off":
				this.#putFilesBack();
				break;
			default:
		}
	}

	/** In rolling, be it the newest generation's child or one that was overtaken while it got ready. */
	#tookOver(event: Switched): void {
		const generation = this.#started;
		if (generation?.number !== event.generation || generation === this.#stood) return;
		if (this.#stood === undefined) this.#stood = generation;
		else {
			this.#fallbacks = [...this.#fallbacks, this.#stood];
			this.#stands(generation, handOver(event));
		}
	}

	/** In rolling the child that took over last has not lived, and one with the generation of this number serves once more. */
	#fell(number: number): void {
		const back = this.#fallbacks.find((earlier) => earlier.number === number);
		if (back === undefined) return;
		const fallen = this.#stood;
		this.#stood = back;
		this.#fallbacks = [];
		this.#generations.stands(back.number);
		if (fallen !== undefined && fallen === this.#asked)
			this.#isRejected(
				fallen,
				"its child did not live; the one before it serves again, and it is tried again",
			);
		this.#deps.wake();
	}

	/** In rolling the child before the one that stands may still be at work, and so may those before that. */
	#tellOldest(): void {
		const { oldest } = this.#generations;
		if (oldest === this.#oldest) return;
		this.#oldest = oldest;
		this.#deps.outlived(oldest);
		this.#deps.wake();
	}

	/** A child that goes on serving may read its files again; one that was stopped finds them when it starts. */
	#putFilesBack(): void {
		const { child, files } = this.#deps;
		const isServing = this.way === "rolling" && child.supervisor.state.kind === "running";
		if (isServing && this.#stood !== undefined && this.#stood !== this.#asked)
			void files.putBack(this.#stood);
	}

	#stands(generation: Generation, fields: LogFields = {}): void {
		const { log, ended, wake } = this.#deps;
		const { number } = generation;
		this.#stood = generation;
		if (number >= (this.#rejected?.number ?? 0)) this.#rejected = undefined;
		log.write("info", "turned over", { msg: `generation ${number} stands`, generation: number, ...fields });
		ended(number, "stands");
		this.#generations.stands(number);
		this.#tellOldest();
		wake();
	}

	#isRejected(generation: Generation, outcome: string): void {
		const { log, ended } = this.#deps;
		const { number } = generation;
		this.#rejected = generation;
		log.write("error", "rejected", {
			msg: `generation ${number} is rejected: ${outcome}`,
			generation: number,
		});
		ended(number, "rejected");
	}

	#valuesOf(generation: Generation) {
		const { number, terms, variables } = generation;
		return {
			generation: number,
			...(terms?.spec !== undefined && { spec: terms.spec }),
			env: new Secret(terms?.environment(variables) ?? {}),
			prepare: async () => {
				this.#started = generation;
				return await this.#deps.files.prepare(generation);
			},
		};
	}
}

/** Who took over from whom, as the fields of a log line. */
function handOver({ generation, pid, afterMs, from }: Switched) {
	const rest = from === undefined ? "" : `, pid ${from.pid} draining (${from.open} open)`;
	return {
		msg: `generation ${generation} rolling: pid ${pid} ready in ${formatDuration(afterMs)}${rest}`,
		pid,
		ready_seconds: afterMs / 1000,
		...(from && { from: from.pid, open: from.open }),
	};
}
