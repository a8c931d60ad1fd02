import { type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import type { Change, Entry, Finding } from "../secrets/mod.ts";

/** One line per path that changed: old and new version, and how soon after the write it was seen. */
export function reportRotations(
	changes: readonly Change[],
	{ log, clock }: { readonly log: Log; readonly clock: Clock },
): void {
	for (const { before, after } of changes) {
		const writtenAt = after.kind === "present" ? Date.parse(after.view.createdTime ?? "") : Number.NaN;
		const delay = clock.now() - writtenAt;
		const seen =
			Number.isNaN(writtenAt) || delay < 0 ? "" : `, seen ${formatDuration(delay)} after it was written`;
		log.write("info", "rotation", {
			msg: `${pathOf(after)} ${transition(before, after)}${seen}`,
			path: pathOf(after),
			from_version: before && versionOf(before),
			version: versionOf(after),
			request_id: after.kind === "present" ? after.view.requestId : undefined,
		});
	}
}

/** Where it was found. */
export function pathOf(finding: Finding): string {
	return finding.kind === "present" ? finding.view.path : finding.path;
}

/** KV v2 only. */
export function versionOf(finding: Finding): number | undefined {
	return finding.kind === "present" ? finding.view.version : undefined;
}

/** What became of it, in a word. */
export function stateOf(finding: Finding): string {
	return finding.kind === "present" ? "present" : finding.reason;
}

/** `v4 → v5` for people; `old lease → new lease` where there are no versions. */
export function transition(before: Finding | undefined, after: Finding): string {
	return `${before === undefined ? "unread" : word(before, "old")} → ${word(after, "new")}`;
}

function word(finding: Finding, age: "old" | "new"): string {
	if (finding.kind === "absent") return finding.reason;
	const { version, leaseId } = finding.view;
	if (version !== undefined) return `v${version}`;
	return `${age} ${leaseId === "" ? "value" : "lease"}`;
}

/** `secret/data/llm/openai v4, kv1/openai`: names and versions, no values. */
export function describeSecrets(entries: readonly Entry[]): string {
	const words = entries.flatMap(({ finding }) => {
		if (finding?.kind !== "present") return [];
		const { path, version } = finding.view;
		return [version === undefined ? path : `${path} v${version}`];
	});
	return words.length > 6 ? `${words.slice(0, 6).join(", ")} and ${words.length - 6} more` : words.join(", ");
}
