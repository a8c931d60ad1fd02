import { firstOf, type Woken } from "../kernel/mod.ts";
import { type ChildState, livePid, type StopReason } from "./events.ts";
import { environmentOf, type LiveChild, launch } from "./live-child.ts";
import type { Loop, LoopParts } from "./loop.ts";
import { pauseAfter } from "./pause-after.ts";
import type { ChildExit, ChildSpec, ChildValues, Spawn } from "./ports.ts";
import { type Late, type Readiness, untilStanding } from "./readiness.ts";
import { notReadyError } from "./ready-error.ts";
import { Trial } from "./trial.ts";
import { judge, type Round, type Verdict } from "./verdict.ts";

/** How one child came to its end: by itself, by an order, or because it was not ready in time. */
type Watched = Exclude<Readiness, { kind: "ready" }> & { readonly stood: boolean };

/** Stops the old child, then starts the new, one after the other. */
export class RestartLoop implements Loop {
	interruptedAt = Number.NEGATIVE_INFINITY;
	readonly #parts: LoopParts;
	readonly #trial: Trial;
	#state: ChildState = { kind: "idle" };
	/** No child has run yet. */
	#isFirst = true;
	/** A child could serve, as far as anybody has asked. */
	#hasServed = false;
	#failures = 0;
	#lastExit: ChildExit = { code: 0 };

	constructor(parts: LoopParts) {
		this.#parts = parts;
		this.#trial = new Trial(parts.report);
	}

	get state(): ChildState {
		return this.#state;
	}

	get pids(): readonly number[] {
		const pid = livePid(this.#state);
		return pid === undefined ? [] : [pid];
	}

	async run(): Promise<ChildExit> {
		const { deps, orders, report } = this.#parts;
		const spawn = await deps.processes.loadSpawn();
		deps.processes.watchdog.open();
		let values = orders.take();
		while (!orders.ending) {
			const round = await this.#oneChild(values, spawn);
			this.#lastExit = round.exit;
			const verdict = this.#judge(round, values);
			if (verdict.kind === "exit") break;
			values = await this.#next(verdict, values);
		}
		deps.processes.watchdog.close();
		report.settle("ended");
		this.#state = { kind: "exited", exit: this.#lastExit };
		return this.#lastExit;
	}

	signal(name: NodeJS.Signals): boolean {
		const state = this.#state;
		switch (state.kind) {
			case "running":
				return this.#parts.deps.processes.signal(state.pid, name) === "sent";
			case "stopping":
				return state.why === "replace";
			case "starting":
			case "backing-off":
				return true;
			case "idle":
			case "exited":
				return false;
			default:
				return state satisfies never;
		}
	}

	#judge(round: Round, values: ChildValues): Verdict {
		const { ending, changed } = this.#parts.orders;
		const restartOnExit = this.#isFirst ? "never" : this.#specOf(values).restartOnExit;
		const hasServed = this.#hasServed;
		return judge(round, { ending, changed, phase: this.#trial.phase, restartOnExit, hasServed });
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
		this.#isFirst = false;
		const { child } = launched;
		this.#runs(child, spec.ready === undefined);
		deps.observe({ kind: "started", generation, pid: child.pid });
		const watched = await this.#watch(child, values);
		if (watched.stood && child.ageMs > Math.max(spec.startGraceMs, spec.backoff.maxMs)) this.#failures = 0;
		return await this.#finish(child, values, watched);
	}

	#runs({ pid, generation, since }: LiveChild, ready: boolean): void {
		this.#state = { kind: "running", generation, pid, since, ready };
		if (ready) this.#parts.onFirst();
	}

	/** Waits until the child has ended, before or after it stood, or has to end. */
	async #watch(child: LiveChild, values: ChildValues): Promise<Watched> {
		const { deps, orders } = this.#parts;
		const addressee = { environment: () => environmentOf(values) };
		const { pid, generation, spec } = child;
		const arrival = await untilStanding(child, { spec, deps, addressee, order: orders.bell });
		if (arrival.kind !== "ready") return { ...arrival, stood: false };
		this.#runs(child, true);
		this.#hasServed = true;
		const waiting = { clock: deps.clock, order: orders.bell };
		if (spec.ready !== undefined) {
			deps.observe({ kind: "ready", generation, pid, afterMs: arrival.afterMs });
			const woken = await firstOf(child.exit, spec.startGraceMs, waiting);
			if (woken !== "time") return { kind: wayOf(woken), stood: false };
		}
		this.#trial.stands(values, !orders.changed);
		deps.observe({ kind: "stands", generation, pid });
		return { kind: wayOf(await firstOf(child.exit, Number.POSITIVE_INFINITY, waiting)), stood: true };
	}

	async #finish(child: LiveChild, values: ChildValues, watched: Watched): Promise<Round> {
		const { deps, orders } = this.#parts;
		switch (watched.kind) {
			case "ended": {
				const byUser = deps.clock.now() - this.interruptedAt <= child.spec.stopTimeoutMs;
				const exit = await child.bury(() => this.#stops(child, "leftovers"));
				return { kind: "ended", exit, stood: watched.stood, byUser };
			}
			case "order": {
				const exit = await this.#end(child, orders.ending ? "stop" : "replace");
				this.#trial.madeRoom(values);
				return { kind: "stopped", exit };
			}
			case "late":
				return await this.#giveUp(child, watched);
			default:
				return watched satisfies never;
		}
	}

	/** The child can still not serve. */
	async #giveUp(child: LiveChild, late: Late): Promise<Round> {
		const { afterMs, reason } = late;
		const { deps, onFirst, orders } = this.#parts;
		const { pid, generation } = child;
		deps.observe({ kind: "not-ready", generation, pid, afterMs, reason });
		const exit = await this.#end(child, "not-ready");
		if (this.#hasServed || orders.ending || orders.changed) return { kind: "late", exit };
		const error = notReadyError(late);
		onFirst(error);
		return { kind: "late", exit: { code: error.exitCode } };
	}

	async #end(child: LiveChild, why: StopReason): Promise<ChildExit> {
		this.#stops(child, why);
		return await child.end(why);
	}

	#stops({ pid, generation, spec }: LiveChild, why: StopReason): void {
		const deadline = this.#parts.deps.clock.now() + spec.stopTimeoutMs;
		this.#state = { kind: "stopping", generation, pid, deadline, why };
	}

	/** Carries the verdict out as far as the start of the next child. */
	async #next(verdict: Exclude<Verdict, { kind: "exit" }>, last: ChildValues): Promise<ChildValues> {
		const { deps, orders } = this.#parts;
		if (verdict.kind === "put-back") {
			const values = this.#trial.putBack(last);
			deps.observe({ kind: "put-back", from: last.generation, to: values.generation });
			return values;
		}
		if (verdict.kind === "back-off") await this.#backOff(this.#specOf(last));
		const isChange = orders.changed;
		const values = orders.take();
		this.#trial.begin(values, isChange);
		return values;
	}

	/** An order ends the pause: new values may be just what the child lacked. */
	async #backOff({ backoff }: ChildSpec): Promise<void> {
		const { deps, orders } = this.#parts;
		const { delayMs, ...pause } = pauseAfter(this.#failures++, backoff, deps);
		this.#state = { kind: "backing-off", ...pause };
		deps.observe({ kind: "backing-off", delayMs, attempt: pause.attempt });
		await deps.clock.sleep(delayMs, orders.bell).catch(() => undefined);
	}

	#specOf({ spec }: ChildValues): ChildSpec {
		return spec ?? this.#parts.spec;
	}
}

function wayOf(woken: Woken): "order" | "ended" {
	return woken === "order" ? "order" : "ended";
}
