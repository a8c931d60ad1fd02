import type { AgentError } from "../kernel/mod.ts";
import type { Entry } from "../secrets/mod.ts";
import type { FaultReport, SecretReport, SecretState } from "../status/mod.ts";

interface Context {
	/** Milliseconds since the epoch. */
	readonly now: number;
	readonly clean: (text: string) => string;
	readonly fault: (error: AgentError) => FaultReport;
}

/** What is known of one secret, without its fields and without the parameters that it was asked for with. */
export function secretReport(entry: Entry, { now, clean, fault }: Context): SecretReport {
	const { request, finding, error, dueAt, lease } = entry;
	const known = finding?.kind === "present" ? finding.view : finding;
	const version = known?.version ?? request.version;
	const since = sinceWhen(entry);
	return {
		path: clean(known?.path ?? request.path),
		...(finding?.kind === "present" && { kind: lease === undefined ? finding.view.kind : "lease" }),
		...(version !== undefined && { version }),
		...(since !== undefined && { age_seconds: Math.max(0, now - since) / 1000 }),
		...(Number.isFinite(dueAt) && { next_seconds: Math.max(0, dueAt - now) / 1000 }),
		...(lease && Number.isFinite(lease.endsAt) && { lease_seconds: Math.max(0, lease.endsAt - now) / 1000 }),
		state: stateOf(entry),
		...(error && { last_error: fault(error) }),
	};
}

/** What is polled was read a moment ago, which says nothing about its age; what is made once was made then. */
function sinceWhen({ finding, readAt, clock }: Entry): number | undefined {
	const createdTime = finding?.kind === "present" ? finding.view.createdTime : undefined;
	const writtenAt = Date.parse(createdTime ?? "");
	if (!Number.isNaN(writtenAt)) return writtenAt;
	return clock === "lease" || clock === "expiry" ? readAt : undefined;
}

function stateOf({ finding, error, clock, lease }: Entry): SecretState {
	if (error !== undefined) return "failing";
	if (finding === undefined) return "pending";
	if (finding.kind === "absent") return "absent";
	if (lease !== undefined) return "held";
	return clock === "pinned" ? "pinned" : "fresh";
}
