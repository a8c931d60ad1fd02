import type { ChildExit, ChildSpec } from "./ports.ts";
import type { TrialPhase } from "./trial.ts";

/** How the life of one child went. */
export type Round =
	/** It was asked to end, by new values or by the end of the agent. */
	| { readonly kind: "stopped"; readonly exit: ChildExit }
	/** It ended by itself, or could not even be started; `byUser`: just after an interrupt was passed on. */
	| { readonly kind: "ended"; readonly exit: ChildExit; readonly stood: boolean; readonly byUser: boolean };

export interface Circumstances {
	/** The agent is to end. */
	readonly ending: boolean;
	/** Newer values are waiting. */
	readonly changed: boolean;
	readonly phase: TrialPhase;
	readonly restartOnExit: ChildSpec["restartOnExit"];
}

export type Verdict =
	| { readonly kind: "exit" }
	| { readonly kind: "start-newest" }
	| { readonly kind: "put-back" }
	| { readonly kind: "back-off" };

/** What follows on the end of a child. */
export function judge(round: Round, { ending, changed, phase, restartOnExit }: Circumstances): Verdict {
	if (ending) return { kind: "exit" };
	if (round.kind === "stopped") return { kind: "start-newest" };
	if (round.byUser) return { kind: "exit" };
	if (phase === "none" || round.stood) {
		return { kind: shouldRestart(restartOnExit, round.exit) ? "back-off" : "exit" };
	}
	// A turn-over is not the end of the program, whatever `restart_on_exit` says: the agent began it.
	if (changed) return { kind: "start-newest" };
	return { kind: phase === "new" ? "put-back" : "back-off" };
}

function shouldRestart(policy: ChildSpec["restartOnExit"], exit: ChildExit): boolean {
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
