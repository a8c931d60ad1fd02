import { type Change, type Finding, identityOf } from "../secrets/mod.ts";

/** A change as the fields of a log line: where it is, from which version to which, and what read it. */
export function changeFields({ before, after }: Change) {
	return {
		path: identityOf(after).path,
		from_version: before && versionOf(before),
		version: versionOf(after),
		request_id: requestIdOf(after),
	};
}

/** `secret/data/a v4 → v5` for people; `old lease → new lease` where there are no versions. */
export function changeWords({ before, after }: Change): string {
	const was = before === undefined ? "unread" : wordOf(before, "old");
	return `${identityOf(after).path} ${was} → ${wordOf(after, "new")}`;
}

/** What became of it, in a word. */
export function stateOf(finding: Finding): string {
	return finding.kind === "present" ? "present" : finding.reason;
}

/** The id of the reply that brought it, by which Vault's audit log has it too. */
export function requestIdOf(finding: Finding): string | undefined {
	return finding.kind === "present" ? finding.view.requestId : undefined;
}

/** When it was written, by Vault's clock, in milliseconds since the epoch; `undefined` where Vault does not say. */
export function writtenAt(finding: Finding): number | undefined {
	if (finding.kind === "absent") return undefined;
	const at = Date.parse(finding.view.createdTime ?? "");
	return Number.isNaN(at) ? undefined : at;
}

/** When the change was made; not known of a version that was deleted and is back, for Vault keeps no record of that. */
export function changedAt({ before, after }: Change): number | undefined {
	const isBack = before?.kind === "absent" && before.version === versionOf(after);
	return isBack ? undefined : writtenAt(after);
}

/** KV v2 only, and of what is there. */
function versionOf(finding: Finding): number | undefined {
	return finding.kind === "present" ? finding.view.version : undefined;
}

function wordOf(finding: Finding, age: "old" | "new"): string {
	if (finding.kind === "absent") return finding.reason;
	const { version, leaseId } = finding.view;
	if (version !== undefined) return `v${version}`;
	return `${age} ${leaseId === "" ? "value" : "lease"}`;
}
