import { ChildFiles, type ChildFilesDeps } from "./child-files.ts";
import { ChildTurn, type ChildTurnDeps } from "./child-turn.ts";
import type { LeaseTurnover } from "./lease-turnover.ts";
import type { ChildPort } from "./ports.ts";
import type { RotationTrail } from "./rotation-trail.ts";
import type { Counters } from "../status/mod.ts";

export interface ChildSideDeps extends Omit<ChildFilesDeps, "child">, Pick<ChildTurnDeps, "wake"> {
	readonly trail: RotationTrail;
	readonly leases: LeaseTurnover;
	readonly counters: Counters | undefined;
}

/** What making a generation current means for the child: what it finds, and when it is brought to it. */
export interface ChildSide {
	readonly files: ChildFiles;
	readonly turn: ChildTurn;
}

/** The words of a log line for what a generation has come to with its child. */
const OUTCOMES = { restart: "restarted", rolling: "handed over", rejected: "put back" } as const;

/** Joins the child with all who have to know how it does. */
export function childSide(child: ChildPort, deps: ChildSideDeps): ChildSide {
	const { rejection, trail, leases, counters } = deps;
	const files = new ChildFiles({ ...deps, child });
	const turn: ChildTurn = new ChildTurn({
		...deps,
		child,
		files,
		ended: (generation, outcome) => {
			const result = outcome === "stands" ? "done" : outcome;
			counters?.add("keyturn_turn_overs_total", { way: turn.way, result });
			const told = outcome === "stands" ? "done" : "failed";
			counters?.add("keyturn_notifications_total", { kind: turn.way, result: told });
			trail.childCame(generation, OUTCOMES[outcome === "stands" ? turn.way : outcome]);
			if (outcome === "stands" && (rejection.generation ?? Number.POSITIVE_INFINITY) <= generation)
				rejection.lift();
		},
		outlived: (generation) => leases.childStands(generation),
	});
	return { files, turn };
}
