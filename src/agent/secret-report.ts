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
	const { request, finding, error, dueAt } = entry;
	const known = finding?.kind === "present" ? finding.view : finding;
	const version = known?.version ?? request.version;
	const since = Date.parse(known?.createdTime ?? "");
	return {
		path: clean(known?.path ?? request.path),
		...(finding?.kind === "present" && { kind: finding.view.kind }),
		...(version !== undefined && { version }),
		...(!Number.isNaN(since) && { age_seconds: Math.max(0, now - since) / 1000 }),
		...(Number.isFinite(dueAt) && { next_seconds: Math.max(0, dueAt - now) / 1000 }),
		state: stateOf(entry),
		...(error && { last_error: fault(error) }),
	};
}

function stateOf({ request, finding, error }: Entry): SecretState {
	if (error !== undefined) return "failing";
	if (finding === undefined) return "pending";
	if (finding.kind === "absent") return "absent";
	return request.version === undefined ? "fresh" : "pinned";
}
