import type { ChildState } from "./events.ts";
import type { Loop, LoopParts } from "./loop.ts";
import { Orders } from "./orders.ts";
import type { ChildExit, ChildSpec, ChildValues, SupervisorDeps } from "./ports.ts";
import { Report, type TurnOverOutcome } from "./report.ts";
import { RestartLoop } from "./restart-loop.ts";
import { RollingLoop } from "./rolling-loop.ts";
import { type ForwardedSignal, meaningOf } from "./signals.ts";

/** Keeps one child alive, with the newest values that it can live with. */
export interface Supervisor {
	readonly state: ChildState;
	/** Resolves once, when the child has ended and is not to be started again; nothing of its group is left. */
	readonly exited: Promise<ChildExit>;
	/**
	 * Starts the first child; resolves when it runs or, where it is asked, is ready; also when it has ended before
	 * that, or had to. To be called once.
	 *
	 * @throws AgentError and then `exited` resolves as well: `E_CHILD_START` its program cannot be started,
	 *   `E_CHILD_NOT_READY` it was not ready in time; in rolling `E_FRONT_LISTEN` the public address cannot be used,
	 *   `E_CHILD_PORT` the child has taken it
	 */
	start(values: ChildValues): Promise<void>;
	/**
	 * Delivered values have changed: a child with the new ones takes the place of the one that runs. Calls made
	 * during a turn-over make one more.
	 *
	 * @returns known no sooner than the new child is ready or, where it is not asked, `startGraceMs` after its start
	 */
	replace(values: ChildValues): Promise<TurnOverOutcome>;
	/**
	 * Sends a signal of the operator's choice (`on_change: { signal }`) to the child's first process; a child that is
	 * about to take over gets it when it does.
	 *
	 * @returns true when nothing is left to do: it was sent, or the child that starts next needs none
	 */
	signal(name: NodeJS.Signals): boolean;
	/** The agent itself got this signal. */
	forward(name: ForwardedSignal): void;
	/**
	 * Ends the child for good; gives what `exited` gives. In rolling answers under way may end before that, for the
	 * drain timeout at most; a second call waits for them no longer.
	 */
	stop(): Promise<ChildExit>;
}

/** A supervisor whose turn-over is "stop the old, then start the new" or, in rolling, the other way round. */
export function createSupervisor(spec: ChildSpec, deps: SupervisorDeps): Supervisor {
	return new LoopSupervisor(spec, deps);
}

/** What is kept from the call of `start` on. */
interface Engine {
	readonly orders: Orders;
	readonly loop: Loop;
}

class LoopSupervisor implements Supervisor {
	readonly #spec: ChildSpec;
	readonly #deps: SupervisorDeps;
	readonly #report = new Report();
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
		const loop = loopFor({
			spec: this.#spec,
			deps: this.#deps,
			report: this.#report,
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
		return await this.#report.await();
	}

	signal(name: NodeJS.Signals): boolean {
		return this.#engine?.loop.signal(name) ?? false;
	}

	forward(name: ForwardedSignal): void {
		const [pid] = this.#pids;
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
				this.#signalGroups(name);
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

	get #pids(): readonly number[] {
		return this.#engine?.loop.pids ?? [];
	}

	#signalGroups(name: NodeJS.Signals): void {
		for (const pid of this.#pids) this.#deps.processes.signal(-pid, name);
	}

	/** The child may live on (a prompt, say); where there is none to decide that, it is the end. */
	#interrupt(name: ForwardedSignal): void {
		if (this.#engine !== undefined) this.#engine.loop.interruptedAt = this.#deps.clock.now();
		this.#signalGroups(name);
		if (this.state.kind === "running") return;
		this.#engine?.orders.end();
		void this.stop();
	}

	#suspend(name: ForwardedSignal): void {
		const { suspendSelf } = this.#deps.processes;
		// The default of SIGTSTP is to do nothing in a session without a terminal, hence SIGSTOP.
		this.#signalGroups(suspendSelf === undefined ? name : "SIGSTOP");
		suspendSelf?.();
	}
}

function loopFor(parts: LoopParts): Loop {
	const { rolling } = parts.spec;
	const { openFront } = parts.deps;
	if (rolling === undefined) return new RestartLoop(parts);
	if (openFront === undefined) throw new TypeError("Cannot supervise: nothing can own the public address");
	return new RollingLoop({ ...parts, rolling, openFront: () => openFront(rolling) });
}
