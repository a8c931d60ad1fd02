import type { ChildEvent } from "../child/mod.ts";

/** How often the child was started, and why. */
export interface ChildTally {
	readonly observe: (event: ChildEvent) => void;
	/** Replacements for new values. */
	readonly turnOvers: () => number;
	/** Starts for any other reason but the first. */
	readonly restarts: () => number;
	/** Whether the child runs with older values than it should, because it could not live with those. */
	readonly isPutBack: () => boolean;
}

/** Gathers from what happens to the child. */
export function tallyChild(): ChildTally {
	let [starts, turnOvers] = [0, 0];
	let isReplaced = false;
	let putBackFrom: number | undefined;
	return {
		observe: (event) => {
			if (event.kind === "stopping") isReplaced = event.why === "replace";
			else if (event.kind === "put-back") putBackFrom = event.from;
			else if (event.kind === "started") {
				starts++;
				if (isReplaced) turnOvers++;
				isReplaced = false;
				if (putBackFrom !== undefined && event.generation > putBackFrom) putBackFrom = undefined;
			}
		},
		turnOvers: () => turnOvers,
		restarts: () => Math.max(0, starts - 1 - turnOvers),
		isPutBack: () => putBackFrom !== undefined,
	};
}
