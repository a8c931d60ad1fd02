import { constants } from "node:os";
import type { AgentError } from "../kernel/mod.ts";
import type { ChildExit, ChildSpec, ChildValues, Spawn, SpawnEnd, SupervisorDeps } from "./ports.ts";
import { startError } from "./start-error.ts";
import { firstOf, pause } from "./wait.ts";

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
}

/** Starts one child; the watchdog knows of it before anything else can happen. */
export async function launch(values: ChildValues, launcher: Launcher): Promise<Launch> {
	const { spec, processes, spawn } = launcher;
	const mark = processes.watchdog.announce(spec);
	const spawned = spawn(spec.command, { ...values.env.reveal(), ...mark });
	if (spawned.pid !== undefined) {
		processes.watchdog.watch(spawned.pid, spec);
		return { kind: "live", child: new LiveChild(spawned.pid, spawned.ended.then(exitOf), launcher) };
	}
	processes.watchdog.forget(NOBODY);
	const end = await spawned.ended;
	const cause = end.kind === "failed" ? end.error : new Error("no process id");
	return { kind: "failed", error: startError(spec.command[0], cause) };
}

/** One process group, from its start until nothing of it is left. */
export class LiveChild {
	readonly pid: number;
	readonly since: number;
	/** How the first process of the group ended; others may outlive it. */
	readonly exit: Promise<ChildExit>;
	/** It has lived through the start grace. */
	stands = false;
	readonly #launcher: Launcher;

	constructor(pid: number, exit: Promise<ChildExit>, launcher: Launcher) {
		this.pid = pid;
		this.exit = exit;
		this.#launcher = launcher;
		this.since = launcher.clock.now();
	}

	get hasLeftovers(): boolean {
		return this.#launcher.processes.isGroupAlive(this.pid);
	}

	/** The group is gone by itself. */
	forget(): void {
		this.#launcher.processes.watchdog.forget(this.pid);
	}

	/** Ends the whole group: stop signal, the rest of `stopTimeoutMs`, SIGKILL. */
	async end(): Promise<ChildExit> {
		const { spec, observe, clock } = this.#launcher;
		const deadline = clock.now() + spec.stopTimeoutMs;
		this.#signalGroup(spec.stopSignal);
		this.#signalGroup("SIGCONT"); // a group that stands still could not heed it
		if (!(await this.#isGoneBy(deadline))) {
			observe({ kind: "killed", pid: this.pid });
			this.#signalGroup("SIGKILL");
			await this.#isGoneBy(clock.now() + KILL_PATIENCE_MS);
		}
		const exit = await this.exit; // two children at a time there must never be, so no bound here
		this.forget();
		return exit;
	}

	#signalGroup(signal: NodeJS.Signals): void {
		const { processes, observe } = this.#launcher;
		const outcome = processes.signal(-this.pid, signal);
		if (outcome === "refused") observe({ kind: "signal-refused", pid: this.pid, signal });
	}

	async #isGoneBy(deadline: number): Promise<boolean> {
		const { clock } = this.#launcher;
		const left = () => Math.max(0, deadline - clock.now());
		if ((await firstOf(this.exit, left(), { clock })) === "time") return false;
		for (let look = FIRST_LOOK_MS; this.hasLeftovers; look = Math.min(look * 2, LONGEST_LOOK_MS)) {
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
