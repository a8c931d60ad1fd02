import { type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import { asksForPrevious, type Change, type Entry } from "../secrets/mod.ts";
import { changeFields, changeWords, changedAt } from "./change.ts";

/** One line per path that changed: old and new version, and how soon after the write it was seen. */
export function reportRotations(
	changes: readonly Change[],
	{ log, clock }: { readonly log: Log; readonly clock: Clock },
): void {
	for (const change of changes) {
		// The version before the current one moves with that, which is said already.
		if (asksForPrevious(change.request)) continue;
		const delay = clock.date() - (changedAt(change) ?? Number.POSITIVE_INFINITY);
		const seen = delay < 0 ? "" : `, seen ${formatDuration(delay)} after it was written`;
		log.write("info", "rotation", { msg: `${changeWords(change)}${seen}`, ...changeFields(change) });
	}
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
