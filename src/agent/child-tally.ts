import type { ChildEvent } from "../child/mod.ts";
import { ChildTries } from "./child-tries.ts";

/** How often the child was started, and why. */
export interface ChildTally {
	/** @param at by the clock, in milliseconds */
	readonly observe: (event: ChildEvent, at: number) => void;
	/** Replacements for new values. */
	readonly turnOvers: () => number;
	/** Starts for any other reason but the first; in rolling, of children that came to serve. */
	readonly restarts: () => number;
	/** Connections that were cut when a replaced child had had its time. */
	readonly cut: () => number;
	readonly tries: Pick<ChildTries, "of">;
}

/** Gathers from what happens to the child. */
export function tallyChild(): ChildTally {
	const restarting = { starts: 0, turnOvers: 0, isReplaced: false };
	const rolling = { switches: 0, turnOvers: 0, serving: 0 };
	const tries = new ChildTries();
	let cut = 0;
	// A child that takes over says so; it is counted then, and not when it was started.
	const starts = () => (rolling.switches > 0 ? rolling.switches : restarting.starts);
	const turnOvers = () => (rolling.switches > 0 ? rolling.turnOvers : restarting.turnOvers);
	return {
		observe: (event, at) => {
			tries.observe(event, at);
			if (event.kind === "stopping") restarting.isReplaced = event.why === "replace";
			else if (event.kind === "started") {
				restarting.starts++;
				if (restarting.isReplaced) restarting.turnOvers++;
				restarting.isReplaced = false;
			} else if (event.kind === "switched") {
				if (rolling.switches++ > 0 && event.generation !== rolling.serving) rolling.turnOvers++;
				rolling.serving = event.generation;
			} else if (event.kind === "drained") cut += event.cut;
		},
		turnOvers,
		restarts: () => Math.max(0, starts() - 1 - turnOvers()),
		cut: () => cut,
		tries,
	};
}
