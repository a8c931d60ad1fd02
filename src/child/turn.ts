import type { Target } from "./front/front.ts";
import type { LiveChild } from "./live-child.ts";
import type { ChildValues } from "./ports.ts";

/** Values that are to be served, and how they have fared. */
export interface Turn {
	readonly values: ChildValues;
	/** Children that were started with them and could not serve. */
	failures: number;
	/** Whoever brought them has been told that others serve in their place. */
	isRejected: boolean;
}

/** A child that can serve. */
export interface Member {
	readonly turn: Turn;
	readonly child: LiveChild;
	readonly target: Target;
}

export function newTurn(values: ChildValues): Turn {
	return { values, failures: 0, isRejected: false };
}
