import type { AgentError } from "../kernel/mod.ts";
import { type Entry, identityOf } from "../secrets/mod.ts";
import type { FaultReport, SecretReport, SecretState } from "../status/mod.ts";
import { writtenAt } from "./change.ts";

interface Context {
	/** Steady time, in milliseconds. */
	readonly now: number;
	/** The wall clock, in milliseconds since the epoch. */
	readonly date: number;
	readonly clean: (text: string) => string;
	readonly fault: (error: AgentError) => FaultReport;
}

/** What is known of one secret, without its fields and without the parameters that it was asked for with. */
export function secretReport(entry: Entry, context: Context): SecretReport {
	const { clean, fault } = context;
	const { request, finding, error } = entry;
	const known = finding && identityOf(finding);
	const version = known?.version ?? request.version;
	return {
		path: clean(known?.path ?? request.path),
		...(finding?.kind === "present" && { kind: entry.lease === undefined ? finding.view.kind : "lease" }),
		...(version !== undefined && { version }),
		...timesOf(entry, context),
		state: stateOf(entry),
		...(error && { last_error: fault(error) }),
	};
}

function timesOf(
	entry: Entry,
	{ now, date }: Context,
): Pick<SecretReport, "age_seconds" | "next_seconds" | "lease_seconds"> {
	const { dueAt, lease } = entry;
	const age = ageOf(entry, { now, date });
	const seconds = (ms: number) => Math.max(0, ms) / 1000;
	return {
		...(age !== undefined && { age_seconds: seconds(age) }),
		...(Number.isFinite(dueAt) && { next_seconds: seconds(dueAt - now) }),
		...(lease && Number.isFinite(lease.endsAt) && { lease_seconds: seconds(lease.endsAt - now) }),
	};
}

/** What is polled was read a moment ago, which says nothing about its age; what is made once was made then. */
function ageOf(
	{ finding, readAt, clock }: Entry,
	{ now, date }: Pick<Context, "now" | "date">,
): number | undefined {
	const written = finding && writtenAt(finding);
	if (written !== undefined) return date - written;
	const isMade = clock === "lease" || clock === "expiry";
	return isMade && readAt !== undefined ? now - readAt : undefined;
}

function stateOf({ finding, error, clock, lease }: Entry): SecretState {
	if (error !== undefined) return "failing";
	if (finding === undefined) return "pending";
	if (finding.kind === "absent") return "absent";
	if (lease !== undefined) return "held";
	return clock === "pinned" ? "pinned" : "fresh";
}
