import { type ChildState, livePid } from "./events.ts";
import { Orders } from "./orders.ts";
import type { ChildExit, ChildSpec, ChildValues, SupervisorDeps } from "./ports.ts";
import { RestartLoop } from "./restart-loop.ts";
import { type ForwardedSignal, meaningOf } from "./signals.ts";
import { Trial, type TurnOverOutcome } from "./trial.ts";

/** Keeps one child alive, with the newest values that it can live with. */
export interface Supervisor {
	readonly state: ChildState;
	/** Resolves once, when the child has ended and is not to be started again; nothing of its group is left. */
	readonly exited: Promise<ChildExit>;
	/**
	 * Starts the first child; resolves when it runs. To be called once.
	 *
	 * @throws AgentError `E_CHILD_START` when its program cannot be started; `exited` resolves as well then
	 */
	start(values: ChildValues): Promise<void>;
	/**
	 * Delivered values have changed: ends the child and starts it with the new ones. Calls made during a
	 * restart make one more.
	 *
	 * @returns known no sooner than `startGraceMs` after the new child's start
	 */
	replace(values: ChildValues): Promise<TurnOverOutcome>;
	/**
	 * Sends a signal of the operator's choice (`on_change: { signal }`) to the child's first process.
	 *
	 * @returns true when nothing is left to do: it was sent, or the child that starts next needs none
	 */
	signal(name: NodeJS.Signals): boolean;
	/** The agent itself got this signal. */
	forward(name: ForwardedSignal): void;
	/** Ends the child for good; gives what `exited` gives. */
	stop(): Promise<ChildExit>;
}

/** A supervisor whose turn-over is "stop the old, then start the new". */
export function createSupervisor(spec: ChildSpec, deps: SupervisorDeps): Supervisor {
	return new RestartingSupervisor(spec, deps);
}

/** What is kept from the call of `start` on. */
interface Engine {
	readonly orders: Orders;
	readonly loop: RestartLoop;
}

class RestartingSupervisor implements Supervisor {
	readonly #spec: ChildSpec;
	readonly #deps: SupervisorDeps;
	readonly #trial = new Trial();
	readonly #end = Promise.withResolvers<ChildExit>();
	#engine: Engine | undefined;
	/** Stopped before it was started. */
	#unused: ChildState = { kind: "idle" };

	constructor(spec: ChildSpec, deps: SupervisorDeps) {
		this.#spec = spec;
		this.#deps = deps;
	}

	get state(): ChildState {
		return this.#engine?.loop.state ?? this.#unused;
	}

	get exited(): Promise<ChildExit> {
		return this.#end.promise;
	}

	async start(values: ChildValues): Promise<void> {
		if (this.#engine !== undefined) throw new TypeError("Cannot start the child: it was started before");
		if (this.#unused.kind === "exited") return;
		const first = Promise.withResolvers<void>();
		const orders = new Orders(values);
		const loop = new RestartLoop({
			spec: this.#spec,
			deps: this.#deps,
			trial: this.#trial,
			orders,
			onFirst: (error) => (error === undefined ? first.resolve() : first.reject(error)),
		});
		this.#engine = { orders, loop };
		this.#end.resolve(loop.run());
		await Promise.race([first.promise, this.exited]);
	}

	async replace(values: ChildValues): Promise<TurnOverOutcome> {
		if (this.state.kind === "exited") return "ended";
		if (this.#engine === undefined) throw new TypeError("Cannot replace the child: it was not started");
		this.#engine.orders.change(values);
		return await this.#trial.await();
	}

	signal(name: NodeJS.Signals): boolean {
		const { state } = this;
		switch (state.kind) {
			case "running":
				return this.#deps.processes.signal(state.pid, name) === "sent";
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

	forward(name: ForwardedSignal): void {
		const pid = livePid(this.state);
		switch (meaningOf(name)) {
			case "stop":
				void this.stop();
				break;
			case "interrupt":
				this.#interrupt(name);
				break;
			case "suspend":
				this.#suspend(name);
				break;
			case "group":
				if (pid !== undefined) this.#deps.processes.signal(-pid, name);
				break;
			case "program":
				if (pid !== undefined) this.#deps.processes.signal(pid, name);
				break;
		}
	}

	async stop(): Promise<ChildExit> {
		if (this.#engine !== undefined) this.#engine.orders.end();
		else {
			const exit: ChildExit = { code: 0 };
			this.#unused = { kind: "exited", exit };
			this.#end.resolve(exit);
		}
		return await this.exited;
	}

	/** The child may live on (a prompt, say); where there is none to decide that, it is the end. */
	#interrupt(name: ForwardedSignal): void {
		const pid = livePid(this.state);
		if (this.#engine !== undefined) this.#engine.loop.interruptedAt = this.#deps.clock.now();
		if (pid !== undefined) this.#deps.processes.signal(-pid, name);
		if (this.state.kind !== "running") void this.stop();
	}

	#suspend(name: ForwardedSignal): void {
		const { processes } = this.#deps;
		const pid = livePid(this.state);
		// The default of SIGTSTP is to do nothing in a session without a terminal, hence SIGSTOP.
		const signal = processes.suspendSelf === undefined ? name : "SIGSTOP";
		if (pid !== undefined) processes.signal(-pid, signal);
		processes.suspendSelf?.();
	}
}
