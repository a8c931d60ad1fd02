import type { ChildExit, ChildSpec } from "./ports.ts";
import type { TrialPhase } from "./trial.ts";

/** How the life of one child went. */
export type Round =
	/** It was asked to end, by new values or by the end of the agent. */
	| { readonly kind: "stopped"; readonly exit: ChildExit }
	/** It ended by itself, or could not even be started; `byUser`: just after an interrupt was passed on. */
	| { readonly kind: "ended"; readonly exit: ChildExit; readonly stood: boolean; readonly byUser: boolean }
	/** It was not ready in time, and was asked to end. */
	| { readonly kind: "late"; readonly exit: ChildExit };

export interface Circumstances {
	/** The agent is to end. */
	readonly ending: boolean;
	/** Newer values are waiting. */
	readonly changed: boolean;
	readonly phase: TrialPhase;
	readonly restartOnExit: ChildSpec["restartOnExit"];
	/** A child has been able to serve before. */
	readonly hasServed: boolean;
}

export type Verdict =
	| { readonly kind: "exit" }
	| { readonly kind: "start-newest" }
	| { readonly kind: "put-back" }
	| { readonly kind: "back-off" };

/** What follows on the end of a child. */
export function judge(round: Round, circumstances: Circumstances): Verdict {
	const { ending, changed, phase, restartOnExit, hasServed } = circumstances;
	if (ending) return { kind: "exit" };
	if (round.kind === "stopped") return { kind: "start-newest" };
	if (round.kind === "late" && !hasServed && !changed) return { kind: "exit" };
	if (round.kind === "ended") {
		if (round.byUser) return { kind: "exit" };
		if (phase === "none" || round.stood) {
			return { kind: shouldRestart(restartOnExit, round.exit) ? "back-off" : "exit" };
		}
	}
	// A turn-over is not the end of the program, whatever `restart_on_exit` says: the agent began it.
	if (changed) return { kind: "start-newest" };
	return { kind: phase === "new" ? "put-back" : "back-off" };
}

/** Whether a child that has ended by itself is started again. */
export function shouldRestart(policy: ChildSpec["restartOnExit"], exit: ChildExit): boolean {
	switch (policy) {
		case "never":
			return false;
		case "on-failure":
			return exit.code !== 0;
		case "always":
			return true;
		default:
			return policy satisfies never;
	}
}
