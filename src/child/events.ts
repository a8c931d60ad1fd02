import type { AgentError } from "../kernel/mod.ts";
import type { ChildExit } from "./ports.ts";

/** Why a group is being ended: new values, the end of the agent, or what a dead child left behind. */
export type StopReason = "replace" | "stop" | "leftovers";

/** What the supervisor is doing. One child at most is alive in any of them. */
export type ChildState =
	| { readonly kind: "idle" }
	| { readonly kind: "starting"; readonly generation: number }
	| { readonly kind: "running"; readonly generation: number; readonly pid: number; readonly since: number }
	| {
			readonly kind: "stopping";
			readonly generation: number;
			readonly pid: number;
			readonly deadline: number;
			readonly why: StopReason;
	  }
	| { readonly kind: "backing-off"; readonly until: number; readonly attempt: number }
	| { readonly kind: "exited"; readonly exit: ChildExit };

/** Something that happened to the child, in the order in which it did. */
export type ChildEvent =
	| { readonly kind: "started"; readonly generation: number; readonly pid: number }
	/** The child has lived through the start grace. */
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
	/** A new child did not live through the start grace: the values before it are used again. */
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
