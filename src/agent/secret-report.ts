import type { AgentError } from "../kernel/mod.ts";
import { type Entry, identityOf } from "../secrets/mod.ts";
import type { FaultReport, SecretReport, SecretState } from "../status/mod.ts";
import { writtenAt } from "./change.ts";

interface Context {
	/** Milliseconds since the epoch. */
	readonly now: number;
	readonly clean: (text: string) => string;
	readonly fault: (error: AgentError) => FaultReport;
}

/** What is known of one secret, without its fields and without the parameters that it was asked for with. */
export function secretReport(entry: Entry, { now, clean, fault }: Context): SecretReport {
	const { request, finding, error } = entry;
	const known = finding && identityOf(finding);
	const version = known?.version ?? request.version;
	return {
		path: clean(known?.path ?? request.path),
		...(finding?.kind === "present" && { kind: entry.lease === undefined ? finding.view.kind : "lease" }),
		...(version !== undefined && { version }),
		...timesOf(entry, now),
		state: stateOf(entry),
		...(error && { last_error: fault(error) }),
	};
}

function timesOf(
	entry: Entry,
	now: number,
): Pick<SecretReport, "age_seconds" | "next_seconds" | "lease_seconds"> {
	const { dueAt, lease } = entry;
	const since = sinceWhen(entry);
	const seconds = (ms: number) => Math.max(0, ms) / 1000;
	return {
		...(since !== undefined && { age_seconds: seconds(now - since) }),
		...(Number.isFinite(dueAt) && { next_seconds: seconds(dueAt - now) }),
		...(lease && Number.isFinite(lease.endsAt) && { lease_seconds: seconds(lease.endsAt - now) }),
	};
}

/** What is polled was read a moment ago, which says nothing about its age; what is made once was made then. */
function sinceWhen({ finding, readAt, clock }: Entry): number | undefined {
	const madeAt = clock === "lease" || clock === "expiry" ? readAt : undefined;
	return (finding && writtenAt(finding)) ?? madeAt;
}

function stateOf({ finding, error, clock, lease }: Entry): SecretState {
	if (error !== undefined) return "failing";
	if (finding === undefined) return "pending";
	if (finding.kind === "absent") return "absent";
	if (lease !== undefined) return "held";
	return clock === "pinned" ? "pinned" : "fresh";
}
