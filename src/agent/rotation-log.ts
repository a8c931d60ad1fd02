import { type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import type { Change, Entry, Finding } from "../secrets/mod.ts";

/** One line per path that changed: old and new version, and how soon after the write it was seen. */
export function reportRotations(
	changes: readonly Change[],
	{ log, clock }: { readonly log: Log; readonly clock: Clock },
): void {
	for (const { before, after } of changes) {
		const path = after.kind === "present" ? after.view.path : after.path;
		const writtenAt = after.kind === "present" ? Date.parse(after.view.createdTime ?? "") : Number.NaN;
		const delay = clock.now() - writtenAt;
		const seen =
			Number.isNaN(writtenAt) || delay < 0 ? "" : `, seen ${formatDuration(delay)} after it was written`;
		log.write("info", "rotation", {
			msg: `${path} ${word(before)} → ${word(after)}${seen}`,
			path,
			...(after.kind === "present" && after.view.version !== undefined && { version: after.view.version }),
			...(after.kind === "present" && { request_id: after.view.requestId }),
		});
	}
}

function word(finding: Finding | undefined): string {
	if (finding === undefined) return "unread";
	if (finding.kind === "absent") return finding.reason;
	return finding.view.version === undefined ? "changed" : `v${finding.view.version}`;
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
