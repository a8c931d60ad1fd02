import { AgentError } from "../kernel/mod.ts";
import type { StopReason } from "./events.ts";
import type { Front, Target } from "./front/front.ts";
import { environmentOf, type LiveChild, launch } from "./live-child.ts";
import type { ChildExit, ChildSpec, RollingSpec, Spawn, SupervisorDeps } from "./ports.ts";
import { requiringPrivatePort } from "./private-port.ts";
import { watchingPublicPort } from "./public-port.ts";
import { type Readiness, untilStanding } from "./readiness.ts";
import { notReadyError, publicPortError } from "./ready-error.ts";
import type { Member, Turn } from "./turn.ts";

/** Why a child will not serve; nothing of it is left. */
export type Failure =
	/** It is not wanted any more; without an exit it was not even started. */
	| { readonly kind: "abandoned"; readonly exit?: ChildExit }
	/** `at`: when it ended by itself, by the clock. */
	| { readonly kind: "ended"; readonly exit: ChildExit; readonly at: number }
	| { readonly kind: FaultKind; readonly exit: ChildExit; readonly error: AgentError };

type FaultKind = "not-started" | "late" | "public-port";

export interface CandidateParts {
	readonly spec: ChildSpec;
	/** What all children have in common. */
	readonly rolling: RollingSpec;
	readonly deps: SupervisorDeps;
	readonly spawn: Spawn;
	/** Opened when the first child is ready. */
	readonly front: Front;
	/** It can serve, and is to from this call on. */
	readonly onReady: (member: Member, afterMs: number) => void;
	readonly onFailure: (failure: Failure) => void;
}

/** A child on its way: from the choice of its values until it can serve, or nothing of it is left. */
export class Candidate {
	readonly turn: Turn;
	/** One or the other has come to pass. */
	readonly done: Promise<void>;
	/** Signals for the child that came too early for it. */
	readonly signals = new Set<NodeJS.Signals>();
	child: LiveChild | undefined;
	/** Where it is to listen, once it has been started. */
	port: number | undefined;
	failure: Failure | undefined;
	readonly #parts: CandidateParts;
	readonly #order = new AbortController();
	#why: StopReason = "replace";
	#isPublicPortTaken = false;

	constructor(turn: Turn, parts: CandidateParts) {
		this.turn = turn;
		this.#parts = parts;
		this.done = this.#live();
	}

	/** It is not wanted any more. */
	abandon(why: StopReason): void {
		if (this.#order.signal.aborted) return;
		this.#why = why;
		this.#order.abort();
	}

	async #live(): Promise<void> {
		this.failure = await this.#make();
		if (this.failure !== undefined) this.#parts.onFailure(this.failure);
	}

	async #make(): Promise<Failure | undefined> {
		const { spec, deps, spawn } = this.#parts;
		const { values } = this.turn;
		const port = await values.prepare?.();
		if (port === undefined) throw new TypeError("Cannot start the child: its values bring no private port");
		if (this.#order.signal.aborted) return { kind: "abandoned" };
		const launched = await launch(values, { ...deps, spec, spawn, port });
		if (launched.kind === "failed") {
			const { error } = launched;
			deps.observe({ kind: "start-failed", generation: values.generation, error });
			return { kind: "not-started", exit: { code: error.exitCode }, error };
		}
		const { child } = launched;
		const { pid, generation } = child;
		this.child = child;
		this.port = port;
		deps.observe({ kind: "started", generation, pid, port });
		return await this.#present(child, { port }, await this.#readiness(child, port));
	}

	async #readiness(child: LiveChild, port: number): Promise<Readiness> {
		const { spec, deps, front, rolling } = this.#parts;
		const onTaken = () => {
			this.#isPublicPortTaken = true;
			this.abandon("stop");
		};
		const asking = front.isOpen ? deps.probes : watchingPublicPort(deps.probes, rolling.listen, onTaken);
		const probes = requiringPrivatePort(asking, port);
		const { proxyProtocol } = rolling;
		const addressee = { port, proxyProtocol, environment: () => environmentOf(this.turn.values, port) };
		const order = this.#order.signal;
		return await untilStanding(child, { spec, deps: { ...deps, probes }, addressee, order });
	}

	async #present(child: LiveChild, target: Target, readiness: Readiness): Promise<Failure | undefined> {
		const { deps, rolling, onReady } = this.#parts;
		if (readiness.kind === "late") return await this.#giveUp(child, readiness);
		const refusal = readiness.kind === "ready" ? await this.#openFront() : undefined;
		if (child.ended !== undefined) {
			const at = deps.clock.now();
			return { kind: "ended", exit: await child.bury(), at };
		}
		if (this.#isPublicPortTaken || refusal !== undefined) {
			const exit = await child.end("stop");
			return { kind: "public-port", exit, error: publicPortError(rolling.listen, refusal) };
		}
		if (readiness.kind !== "ready" || this.#order.signal.aborted) {
			return { kind: "abandoned", exit: await child.end(this.#why) };
		}
		onReady({ turn: this.turn, child, target }, readiness.afterMs);
		return undefined;
	}

	async #giveUp(child: LiveChild, late: Extract<Readiness, { kind: "late" }>): Promise<Failure> {
		const { afterMs, reason } = late;
		const { pid, generation } = child;
		this.#parts.deps.observe({ kind: "not-ready", generation, pid, afterMs, reason });
		return { kind: "late", exit: await child.end("not-ready"), error: notReadyError(late) };
	}

	/** @returns why that was not possible, though it would have been before the child was started */
	async #openFront(): Promise<AgentError | undefined> {
		const { front } = this.#parts;
		try {
			if (!front.isOpen) await front.open();
			return undefined;
		} catch (error) {
			if (error instanceof AgentError) return error;
			throw error;
		}
	}
}
