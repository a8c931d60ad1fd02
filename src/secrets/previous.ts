import { AgentError, ExitCode } from "../kernel/mod.ts";
import type { Entry } from "./entry.ts";
import { PREVIOUS, type SecretRequest } from "./request.ts";
import { type Finding, identityOf } from "./view.ts";

/** Whether a request is for the version before the current one. */
export function asksForPrevious({ version }: SecretRequest): boolean {
	return version === PREVIOUS;
}

/** The request for the current version, from which the one before is counted. */
export function currentOf({ kind, path }: SecretRequest): SecretRequest {
	return { kind, path };
}

/**
 * The version before the current one, or that there is none.
 *
 * @throws AgentError when the current one could not be read, or knows no versions
 */
export function previousOf(current: Entry | undefined): number | Finding {
	if (current?.finding === undefined)
		throw current?.error ?? new RangeError("Cannot count back: nothing was read");
	const { finding } = current;
	const { path, version } = identityOf(finding);
	if (version !== undefined) return version > 1 ? version - 1 : { kind: "absent", path, reason: "missing" };
	if (finding.kind === "absent") return { kind: "absent", path, reason: "missing" };
	throw new AgentError(`${path} keeps no versions, so there is none before the current one`, {
		code: "E_VERSION_UNKNOWN",
		exitCode: ExitCode.usage,
		rows: { do: "leave out version=-1: only KV v2 keeps old versions" },
		facts: { path },
	});
}

/** Whether what is held is still the version before the current one. */
export function isStillPrevious(held: Finding | undefined, current: Entry | undefined): boolean {
	const versionOf = (finding: Finding | undefined) => finding && identityOf(finding).version;
	const [now, before] = [versionOf(current?.finding), versionOf(held)];
	return now !== undefined && before === now - 1;
}
