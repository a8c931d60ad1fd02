import { AgentError } from "../kernel/mod.ts";
import { Bell } from "./bell.ts";
import { Crew } from "./crew.ts";
import type { ChildState } from "./events.ts";
import { findFront } from "./find-front.ts";
import type { Front } from "./front/front.ts";
import type { Loop, LoopParts } from "./loop.ts";
import type { ChildExit, RollingSpec } from "./ports.ts";
import { Succession } from "./succession.ts";

/** Clients have so long to read what a child has answered before its end. */
const SHORTEST_FLUSH_MS = 2000;

interface RollingParts extends LoopParts {
	readonly rolling: RollingSpec;
	readonly openFront: () => Promise<Front>;
}

/**
 * Starts the new child beside the old one, which ends when the new one serves and nothing is open with the old any
 * more. The machine is one step, taken whenever something has happened, that goes by what there is then.
 */
export class RollingLoop implements Loop {
	interruptedAt = Number.NEGATIVE_INFINITY;
	readonly #parts: RollingParts;
	readonly #bell = new Bell();
	readonly #succession: Succession;
	#crew: Crew | undefined;
	/** By when all will be gone, once all has to go. */
	#deadline: number | undefined;
	/** By when answers under way must have ended, once the agent is to end in peace. */
	#drainDeadline = Number.NEGATIVE_INFINITY;
	#hasExited = false;

	constructor(parts: RollingParts) {
		this.#parts = parts;
		const interruptedAt = () => this.interruptedAt;
		this.#succession = new Succession({ ...parts, ring: this.#bell.ring, interruptedAt });
	}

	get state(): ChildState {
		if (this.#hasExited) return { kind: "exited", exit: this.#succession.exit };
		if (this.#crew === undefined) return { kind: "idle" };
		const { turns, rest } = this.#succession;
		const { generation } = turns.wanted.values;
		const [pid] = this.pids;
		const deadline = this.#deadline;
		if (deadline !== undefined && pid !== undefined)
			return { kind: "stopping", generation, pid, deadline, why: "stop" };
		return this.#crew.state ?? rest.state ?? { kind: "starting", generation };
	}

	get pids(): readonly number[] {
		return this.#crew?.pids ?? [];
	}

	async run(): Promise<ChildExit> {
		const { deps, report, openFront } = this.#parts;
		const { watchdog } = deps.processes;
		const front = await findFront(openFront);
		if (front instanceof AgentError) this.#succession.fail(front);
		else {
			watchdog.open();
			await this.#work(await this.#gather(front));
			await front.close({ withinMs: Math.max(SHORTEST_FLUSH_MS, this.#drainLeftMs) });
			watchdog.close();
		}
		report.settle("ended");
		this.#hasExited = true;
		return this.#succession.exit;
	}

	signal(name: NodeJS.Signals): boolean {
		return !this.#succession.isOver && (this.#crew?.signal(name) ?? false);
	}

	get #drainLeftMs(): number {
		const { clock } = this.#parts.deps;
		return this.#parts.orders.haste.aborted ? 0 : this.#drainDeadline - clock.now();
	}

	async #gather(front: Front): Promise<Crew> {
		const { deps, rolling } = this.#parts;
		const spawn = await deps.processes.loadSpawn();
		const crew = new Crew({
			deps,
			spawn,
			front,
			rolling,
			specOf: (turn) => this.#succession.specOf(turn),
			onTakeOver: (member) => this.#succession.welcome(member),
			onLoss: this.#bell.ring,
		});
		this.#crew = crew;
		return crew;
	}

	/** From the first child until nothing is left of any. */
	async #work(crew: Crew): Promise<void> {
		const { deps, orders } = this.#parts;
		const succession = this.#succession;
		succession.step(crew);
		while (!succession.isOver) {
			orders.bell.addEventListener("abort", this.#bell.ring, { once: true });
			await this.#bell.heard();
			succession.step(crew);
		}
		succession.rest.end();
		const { stopTimeoutMs, rolling } = succession.specOf(succession.turns.wanted);
		if (orders.ending) {
			const { drainTimeoutMs } = rolling ?? this.#parts.rolling;
			this.#drainDeadline = deps.clock.now() + drainTimeoutMs;
			this.#deadline = this.#drainDeadline + stopTimeoutMs;
			await crew.drain(drainTimeoutMs, orders.haste);
		}
		this.#deadline = deps.clock.now() + stopTimeoutMs;
		const exit = await crew.end();
		if (orders.ending && exit !== undefined) succession.exit = exit;
	}
}
