import { type AgentError, backoffDelay } from "../kernel/mod.ts";
import type { ChildState, StopReason } from "./events.ts";
import { type LiveChild, launch } from "./live-child.ts";
import type { Orders } from "./orders.ts";
import type { ChildExit, ChildSpec, ChildValues, Spawn, SupervisorDeps } from "./ports.ts";
import type { Trial } from "./trial.ts";
import { judge, type Round, type Verdict } from "./verdict.ts";
import { firstOf, type Woken } from "./wait.ts";

interface LoopParts {
	readonly spec: ChildSpec;
	readonly deps: SupervisorDeps;
	readonly orders: Orders;
	readonly trial: Trial;
	/** Called once: the first child runs, or its program cannot be started. */
	readonly onFirst: (error?: AgentError) => void;
}

/** The only owner of the child and its state: stops the old one, then starts the new, one after the other. */
export class RestartLoop {
	/** When an interrupt was last passed on, by the clock. */
	interruptedAt = Number.NEGATIVE_INFINITY;
	readonly #parts: LoopParts;
	#state: ChildState = { kind: "idle" };
	#isFirst = true;
	#failures = 0;
	#lastExit: ChildExit = { code: 0 };

	constructor(parts: LoopParts) {
		this.#parts = parts;
	}

	get state(): ChildState {
		return this.#state;
	}

	/** Ends when the child is not to be started again. */
	async run(): Promise<ChildExit> {
		const { deps, orders, trial } = this.#parts;
		const spawn = await deps.processes.loadSpawn();
		deps.processes.watchdog.open();
		let values = orders.take();
		while (!orders.ending) {
			const round = await this.#oneChild(values, spawn);
			this.#lastExit = round.exit;
			const { ending, changed } = orders;
			const restartOnExit = this.#isFirst ? "never" : this.#specOf(values).restartOnExit;
			const verdict = judge(round, { ending, changed, phase: trial.phase, restartOnExit });
			if (verdict.kind === "exit") break;
			values = await this.#next(verdict, values);
		}
		deps.processes.watchdog.close();
		trial.over();
		this.#state = { kind: "exited", exit: this.#lastExit };
		return this.#lastExit;
	}

	/** From the start of one child until nothing of it is left. */
	async #oneChild(values: ChildValues, spawn: Spawn): Promise<Round> {
		const { deps, onFirst } = this.#parts;
		const { generation } = values;
		const spec = this.#specOf(values);
		this.#state = { kind: "starting", generation };
		if (values.prepare !== undefined) await values.prepare();
		const launched = await launch(values, { ...deps, spec, spawn });
		if (launched.kind === "failed") {
			const { error } = launched;
			deps.observe({ kind: "start-failed", generation, error });
			if (this.#isFirst) onFirst(error);
			return { kind: "ended", exit: { code: error.exitCode }, stood: false, byUser: false };
		}
		if (this.#isFirst) onFirst();
		this.#isFirst = false;
		const { child } = launched;
		this.#state = { kind: "running", generation, pid: child.pid, since: child.since, ready: true };
		deps.observe({ kind: "started", generation, pid: child.pid });
		const woken = await this.#watch(child, values);
		const livedMs = deps.clock.now() - child.since;
		if (livedMs > Math.max(spec.startGraceMs, spec.backoff.maxMs)) this.#failures = 0;
		return woken === "order" ? await this.#makeRoom(child, values) : await this.#bury(child, values);
	}

	/** Waits until the child has ended, before or after it stood, or has to end. */
	async #watch(child: LiveChild, values: ChildValues): Promise<Woken> {
		const { deps, orders, trial } = this.#parts;
		const spec = this.#specOf(values);
		const waiting = { clock: deps.clock, order: orders.bell };
		const woken = await firstOf(child.exit, spec.startGraceMs, waiting);
		if (woken !== "time") return woken;
		child.stands = true;
		trial.stands(values, !orders.changed);
		deps.observe({ kind: "stands", generation: values.generation, pid: child.pid });
		return await firstOf(child.exit, Number.POSITIVE_INFINITY, waiting);
	}

	/** The child has ended by itself; its group must not outlive it. */
	async #bury(child: LiveChild, values: ChildValues): Promise<Round> {
		const { deps } = this.#parts;
		const { generation } = values;
		const exit = await child.exit;
		const now = deps.clock.now();
		const livedMs = now - child.since;
		const byUser = now - this.interruptedAt <= this.#specOf(values).stopTimeoutMs;
		deps.observe({ kind: "exited", generation, pid: child.pid, exit, livedMs, expected: false });
		if (child.hasLeftovers) await this.#end(child, values, "leftovers");
		else child.forget();
		return { kind: "ended", exit, stood: child.stands, byUser };
	}

	/** The child has to make room for new values, or for the end. */
	async #makeRoom(child: LiveChild, values: ChildValues): Promise<Round> {
		const { deps, orders, trial } = this.#parts;
		const { generation } = values;
		const exit = await this.#end(child, values, orders.ending ? "stop" : "replace");
		const livedMs = deps.clock.now() - child.since;
		deps.observe({ kind: "exited", generation, pid: child.pid, exit, livedMs, expected: true });
		trial.madeRoom(values);
		return { kind: "stopped", exit };
	}

	async #end(child: LiveChild, values: ChildValues, why: StopReason): Promise<ChildExit> {
		const { deps } = this.#parts;
		const { stopTimeoutMs, stopSignal } = this.#specOf(values);
		const { pid } = child;
		const stop = { generation: values.generation, why };
		const deadline = deps.clock.now() + stopTimeoutMs;
		this.#state = { kind: "stopping", pid, deadline, ...stop };
		deps.observe({ kind: "stopping", pid, signal: stopSignal, ...stop });
		return await child.end();
	}

	/** Carries the verdict out as far as the start of the next child. */
	async #next(verdict: Exclude<Verdict, { kind: "exit" }>, last: ChildValues): Promise<ChildValues> {
		const { deps, orders, trial } = this.#parts;
		if (verdict.kind === "put-back") {
			const values = trial.putBack(last);
			deps.observe({ kind: "put-back", from: last.generation, to: values.generation });
			return values;
		}
		if (verdict.kind === "back-off") await this.#backOff(this.#specOf(last));
		const isChange = orders.changed;
		const values = orders.take();
		trial.begin(values, isChange);
		return values;
	}

	/** An order ends the pause: new values may be just what the child lacked. */
	async #backOff(spec: ChildSpec): Promise<void> {
		const { deps, orders } = this.#parts;
		const attempt = this.#failures++;
		const delayMs = backoffDelay(attempt, spec.backoff, deps.random);
		this.#state = {
			kind: "backing-off",
			until: deps.clock.now() + delayMs,
			attempt,
			crashLoop: attempt >= 3,
		};
		deps.observe({ kind: "backing-off", delayMs, attempt });
		await deps.clock.sleep(delayMs, orders.bell).catch(() => undefined);
	}

	#specOf({ spec }: ChildValues): ChildSpec {
		return spec ?? this.#parts.spec;
	}
}
