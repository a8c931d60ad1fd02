import { constants } from "node:os";
import { type AgentError, firstOf } from "../kernel/mod.ts";
import type { ChildId, StopReason } from "./events.ts";
import type { ChildExit, ChildSpec, ChildValues, Spawn, SpawnEnd, SupervisorDeps } from "./ports.ts";
import { withPort } from "./question.ts";
import { startError } from "./start-error.ts";
import { pause } from "./wait.ts";

/** How long the kernel may take over a SIGKILL before a group's remains are left to it. */
const KILL_PATIENCE_MS = 2000;
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 100;

/** No group has this number: what is forgotten is the announcement. */
const NOBODY = 0;

export type Launch =
	| { readonly kind: "live"; readonly child: LiveChild }
	| { readonly kind: "failed"; readonly error: AgentError };

interface Launcher extends SupervisorDeps {
	readonly spec: ChildSpec;
	readonly spawn: Spawn;
	/** The private port, in rolling. */
	readonly port?: number;
}

/** The environment of a child, without the watchdog's mark. */
export function environmentOf({ env }: ChildValues, port?: number): Readonly<Record<string, string>> {
	return { ...env.reveal(), ...(port !== undefined && { PORT: String(port) }) };
}

/** Starts one child; the watchdog knows of it before anything else can happen. */
export async function launch(values: ChildValues, launcher: Launcher): Promise<Launch> {
	const { spec, processes, spawn, port } = launcher;
	const mark = processes.watchdog.announce(spec);
	const spawned = spawn(withPort(spec.command, port), { ...environmentOf(values, port), ...mark });
	if (spawned.pid !== undefined) {
		processes.watchdog.watch(spawned.pid, spec);
		const id = { pid: spawned.pid, generation: values.generation };
		return { kind: "live", child: new LiveChild(id, spawned.ended.then(exitOf), launcher) };
	}
	processes.watchdog.forget(NOBODY);
	const end = await spawned.ended;
	const cause = end.kind === "failed" ? end.error : new Error("no process id");
	return { kind: "failed", error: startError(spec.command[0], cause) };
}

/** One process group, from its start until nothing of it is left. */
export class LiveChild implements ChildId {
	readonly pid: number;
	readonly generation: number;
	readonly since: number;
	readonly spec: ChildSpec;
	/** How the first process of the group ended; others may outlive it. */
	readonly exit: Promise<ChildExit>;
	/** The same, once it has. */
	ended: ChildExit | undefined;
	readonly #launcher: Launcher;
	#isTold = false;

	constructor({ pid, generation }: ChildId, exit: Promise<ChildExit>, launcher: Launcher) {
		this.pid = pid;
		this.generation = generation;
		this.spec = launcher.spec;
		this.exit = exit.then((end) => {
			this.ended = end;
			return end;
		});
		this.#launcher = launcher;
		this.since = launcher.clock.now();
	}

	get ageMs(): number {
		return this.#launcher.clock.now() - this.since;
	}

	/**
	 * It has ended by itself; its group must not outlive it.
	 *
	 * @param onLeftovers called when that takes time
	 */
	async bury(onLeftovers: () => void = () => {}): Promise<ChildExit> {
		const exit = this.ended ?? (await this.exit);
		this.#tell(exit, false);
		if (this.#launcher.processes.isGroupAlive(this.pid)) {
			onLeftovers();
			await this.end("leftovers");
		} else this.#forget();
		return exit;
	}

	/** Ends the whole group: stop signal, the rest of `stopTimeoutMs`, SIGKILL. */
	async end(why: StopReason): Promise<ChildExit> {
		const { observe, clock } = this.#launcher;
		const { pid, generation, spec } = this;
		const deadline = clock.now() + spec.stopTimeoutMs;
		observe({ kind: "stopping", generation, pid, why, signal: spec.stopSignal });
		this.#signalGroup(spec.stopSignal);
		this.#signalGroup("SIGCONT"); // a group that stands still could not heed it
		if (!(await this.#isGoneBy(deadline))) {
			observe({ kind: "killed", pid });
			this.#signalGroup("SIGKILL");
			await this.#isGoneBy(clock.now() + KILL_PATIENCE_MS);
		}
		const exit = await this.exit; // what may hold a port or a file must not be left behind, so no bound here
		this.#forget();
		this.#tell(exit, true);
		return exit;
	}

	#tell(exit: ChildExit, expected: boolean): void {
		if (this.#isTold) return;
		this.#isTold = true;
		const { pid, generation, ageMs: livedMs } = this;
		this.#launcher.observe({ kind: "exited", generation, pid, exit, livedMs, expected });
	}

	#forget(): void {
		this.#launcher.processes.watchdog.forget(this.pid);
	}

	#signalGroup(signal: NodeJS.Signals): void {
		const { processes, observe } = this.#launcher;
		const outcome = processes.signal(-this.pid, signal);
		if (outcome === "refused") observe({ kind: "signal-refused", pid: this.pid, signal });
	}

	async #isGoneBy(deadline: number): Promise<boolean> {
		const { clock, processes } = this.#launcher;
		const left = () => Math.max(0, deadline - clock.now());
		if ((await firstOf(this.exit, left(), { clock })) === "time") return false;
		for (
			let look = FIRST_LOOK_MS;
			processes.isGroupAlive(this.pid);
			look = Math.min(look * 2, LONGEST_LOOK_MS)
		) {
			if (left() === 0) return false;
			await pause(Math.min(look, left()), clock);
		}
		return true;
	}
}

function exitOf(end: SpawnEnd): ChildExit {
	if (end.kind === "failed") return { code: 1 };
	const { code, signal } = end;
	return signal === undefined ? { code: code ?? 1 } : { code: 128 + constants.signals[signal], signal };
}
