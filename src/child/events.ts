import type { AgentError } from "../kernel/mod.ts";
import type { ChildExit } from "./ports.ts";

/**
 * Why a group is being ended: new values, the end of the agent, what a dead child left behind, a successor that has
 * taken its connections over, or that it was not ready in time.
 */
export type StopReason = "replace" | "stop" | "leftovers" | "drained" | "not-ready";

/** A child, and what it runs with. */
export interface ChildId {
	readonly pid: number;
	readonly generation: number;
}

/** A child whose successor takes the new connections. */
export interface DrainingChild extends ChildId {
	/** Milliseconds since the epoch. */
	readonly since: number;
	/** What is still open with it: connections, or answers under way. */
	readonly open: number;
}

/**
 * What the supervisor is doing. One child at most is alive in any of them, save in rolling: there a `next` one and
 * `draining` ones may run beside the child that serves.
 */
export type ChildState =
	| { readonly kind: "idle" }
	| { readonly kind: "starting"; readonly generation: number }
	| {
			/** In rolling: the child that takes the new connections or, while there is none, the one that is to. */
			readonly kind: "running";
			readonly generation: number;
			readonly pid: number;
			readonly since: number;
			/** It can serve, as far as anybody has asked. */
			readonly ready: boolean;
			/** Where it listens, in rolling. */
			readonly port?: number;
			/** Is to take over as soon as it is ready. */
			readonly next?: ChildId;
			readonly draining?: readonly DrainingChild[];
	  }
	| {
			readonly kind: "stopping";
			readonly generation: number;
			readonly pid: number;
			readonly deadline: number;
			readonly why: StopReason;
	  }
	| {
			readonly kind: "backing-off";
			readonly until: number;
			readonly attempt: number;
			/** It has failed several times without a longer life in between. */
			readonly crashLoop: boolean;
	  }
	| { readonly kind: "exited"; readonly exit: ChildExit };

/** Something that happened to the child, in the order in which it did. */
export type ChildEvent =
	| { readonly kind: "started"; readonly generation: number; readonly pid: number; readonly port?: number }
	/** The child can serve. */
	| { readonly kind: "ready"; readonly generation: number; readonly pid: number; readonly afterMs: number }
	/** The child could not serve in time; `reason`: what it answered last. */
	| {
			readonly kind: "not-ready";
			readonly generation: number;
			readonly pid: number;
			readonly afterMs: number;
			readonly reason: string;
	  }
	/** New connections go to this child from now on, and no longer `from` the one before it, where that was alive. */
	| {
			readonly kind: "switched";
			readonly generation: number;
			readonly pid: number;
			/** Between its start and now. */
			readonly afterMs: number;
			readonly from?: DrainingChild;
	  }
	/** A replaced child has been stopped; `cut`: connections that it still had at the drain timeout. */
	| {
			readonly kind: "drained";
			readonly generation: number;
			readonly pid: number;
			/** Between the switch and when nothing was open any more. */
			readonly afterMs: number;
			readonly cut: number;
	  }
	/** The child has lived through the start grace or, where it is asked, through that from when it was ready. */
	| { readonly kind: "stands"; readonly generation: number; readonly pid: number }
	| {
			readonly kind: "stopping";
			readonly generation: number;
			readonly pid: number;
			readonly why: StopReason;
			readonly signal: NodeJS.Signals;
	  }
	/** The stop timeout has passed: the group got SIGKILL. */
	| { readonly kind: "killed"; readonly pid: number }
	/** The group belongs to another user, so that it cannot be signalled. */
	| { readonly kind: "signal-refused"; readonly pid: number; readonly signal: NodeJS.Signals }
	| {
			readonly kind: "exited";
			readonly generation: number;
			readonly pid: number;
			readonly exit: ChildExit;
			readonly livedMs: number;
			/** True when the supervisor had asked it to end. */
			readonly expected: boolean;
	  }
	| { readonly kind: "start-failed"; readonly generation: number; readonly error: AgentError }
	/**
	 * A new child did not live through the start grace, or was never ready: the values before it are used again, or
	 * still. In rolling it may have been told as `switched` before.
	 */
	| { readonly kind: "put-back"; readonly from: number; readonly to: number }
	| { readonly kind: "backing-off"; readonly delayMs: number; readonly attempt: number };

/** The process that a signal for the child would reach now. */
export function livePid(state: ChildState): number | undefined {
	switch (state.kind) {
		case "running":
		case "stopping":
			return state.pid;
		case "idle":
		case "starting":
		case "backing-off":
		case "exited":
			return undefined;
		default:
			return state satisfies never;
	}
}
