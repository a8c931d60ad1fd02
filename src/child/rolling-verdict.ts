import type { Failure } from "./candidate.ts";
import type { ChildSpec } from "./ports.ts";
import type { Turn } from "./turn.ts";
import { shouldRestart } from "./verdict.ts";

export interface RollingCircumstances {
	/** What the child was started with. */
	readonly turn: Turn;
	/** The newest values. */
	readonly wanted: Turn;
	/** The last that a child served with. */
	readonly proven: Turn | undefined;
	/** No child has been alive before this one. */
	readonly isFirst: boolean;
	/** The child that served has ended, which would have been the end but for this one. */
	readonly isLastChance: boolean;
	/** Just after an interrupt was passed on. */
	readonly byUser: boolean;
	readonly restartOnExit: ChildSpec["restartOnExit"];
}

/** Whether it is the end of the program that this child will not serve, while none does. */
export function isEnd(
	failure: Exclude<Failure, { kind: "abandoned" }>,
	about: RollingCircumstances,
): boolean {
	const { turn, wanted, proven, isFirst, isLastChance, byUser, restartOnExit } = about;
	if (failure.kind === "public-port" || byUser || isLastChance) return true;
	// A turn-over is not the end of the program, whatever `restart_on_exit` says: the agent began it.
	const isOnTrial = proven !== undefined && turn !== proven;
	if (turn !== wanted || isOnTrial) return false;
	if (failure.kind === "late") return proven === undefined;
	if (failure.kind === "not-started" && isFirst) return true;
	return !shouldRestart(restartOnExit, failure.exit);
}
