import type { ChildEvent } from "../child/mod.ts";
import type { Clock } from "../kernel/mod.ts";
import { type Change, identityOf } from "../secrets/mod.ts";
import type { Counters } from "../status/mod.ts";
import { changedAt } from "./change.ts";
import type { Rendering } from "./renderer.ts";

/** Each unit that was rendered, or could not be. */
export function countRenderings(renderings: readonly Rendering[], counters: Counters | undefined): void {
	for (const { unit, kind } of renderings) {
		const result = kind === "text" ? "done" : "failed";
		counters?.add("keyturn_renders_total", { unit: unit.name, result });
	}
}

/** Each path that is other than it was; what was read for the first time has not changed. */
export function countChanges(changes: readonly Change[], counters: Counters | undefined): void {
	for (const { before, after } of changes) {
		if (before === undefined) continue;
		counters?.add("keyturn_secret_changes_total", { path: identityOf(after).path });
	}
}

/** A change has been delivered now. One that Vault gives no time for is not timed. */
export function timeDelivery(
	change: Change,
	{ clock, counters }: { readonly clock: Clock; readonly counters?: Counters },
): void {
	const at = changedAt(change);
	if (at === undefined) return;
	const seconds = Math.max(0, clock.date() - at) / 1000; // the two clocks need not agree
	counters?.observe("keyturn_rotation_delivery_seconds", seconds);
}

/** What happens to the child, counted. */
export function countChildEvent(event: ChildEvent, counters: Counters): void {
	switch (event.kind) {
		case "started":
			counters.add("keyturn_child_starts_total", {});
			break;
		case "exited": {
			const { exit, expected } = event;
			counters.add("keyturn_child_exits_total", { code: String(exit.code), expected: String(expected) });
			break;
		}
		case "put-back":
			counters.add("keyturn_child_put_backs_total", {});
			break;
		case "switched":
			if (event.from !== undefined) counters.observe("keyturn_hand_over_seconds", event.afterMs / 1000);
			break;
		case "drained":
			counters.observe("keyturn_drain_seconds", event.afterMs / 1000);
			counters.add("keyturn_connections_cut_total", {}, event.cut);
			break;
		case "ready":
		case "not-ready":
		case "stands":
		case "stopping":
		case "killed":
		case "signal-refused":
		case "start-failed":
		case "backing-off":
			break;
		default:
			event satisfies never;
	}
}
