import { type AgentError, ExitCode } from "../kernel/mod.ts";
import { VaultError } from "../vault/mod.ts";
import { type ClockKind, clockOf, expiryDueAt, hintDueAt, type Reading } from "./clock-of.ts";
import type { Lease } from "./lease.ts";
import { requestKey, type SecretRequest } from "./request.ts";
import type { Pace } from "./rounds.ts";
import type { Finding } from "./view.ts";

/** One watched request. `error` is the last failure, while `finding` stays what was last read. Times are epoch ms. */
export interface Entry {
	readonly request: SecretRequest;
	readonly key: string;
	readonly finding: Finding | undefined;
	/** When the finding was last confirmed; before the first read `undefined`. */
	readonly readAt: number | undefined;
	readonly error: AgentError | undefined;
	/** What decides when it is read next. */
	readonly clock: ClockKind;
	/** The lease of what is held. */
	readonly lease: Lease | undefined;
	/** The latest moment that the finding itself, or its lease, allows. */
	readonly ownDueAt: number;
	/** When something is done about it next: a read, or the renewal of its lease; infinite for never. */
	readonly dueAt: number;
	readonly attempts: number;
}

/** A path whose content is another than before. */
export interface Change {
	readonly key: string;
	readonly request: SecretRequest;
	readonly before: Finding | undefined;
	readonly after: Finding;
}

/** An entry that is still to be read. */
export function unread(request: SecretRequest): Entry {
	const nothing = { finding: undefined, readAt: undefined, error: undefined, lease: undefined };
	const due = { ownDueAt: Number.POSITIVE_INFINITY, dueAt: 0, attempts: 0 };
	return { request, key: requestKey(request), ...nothing, clock: "poll", ...due };
}

/** What is read again on the poll clock, and together with everything of its kind when one of them has changed. */
export function isStatic({ clock }: Entry): boolean {
	return clock === "poll" || clock === "rotation";
}

/** Whether it waits for Vault to be there again, and not for something of its own; nor did Vault say how long. */
export function isAway({ error }: Entry): boolean {
	if (error === undefined || (error instanceof VaultError && error.retryAfterMs !== undefined)) return false;
	return error.remedy === "retry" || error.exitCode === ExitCode.loginRefused;
}

/** Something that was just read, by the clock that it runs on. */
export function clockFor(
	held: { readonly request: SecretRequest; readonly finding: Finding; readonly lease: Lease | undefined },
	moment: Reading,
): Pick<Entry, "clock" | "ownDueAt"> {
	const { request, finding, lease } = held;
	const clock = clockOf(request, finding);
	if (finding.kind === "absent") return { clock, ownDueAt: Number.POSITIVE_INFINITY };
	switch (clock) {
		case "poll":
		case "rotation":
			return { clock, ownDueAt: hintDueAt(finding.view, moment) };
		case "lease":
			return { clock, ownDueAt: lease === undefined ? Number.POSITIVE_INFINITY : leaseDueAt(lease) };
		case "expiry":
			return { clock, ownDueAt: expiryDueAt(request, finding.view, moment) };
		case "pinned":
			return { clock, ownDueAt: Number.POSITIVE_INFINITY };
		default:
			return clock satisfies never;
	}
}

/** When a lease is renewed or replaced, whichever comes first. */
export function leaseDueAt({ renewAt, replaceAt }: Lease): number {
	return Math.min(renewAt, replaceAt);
}

/** When the secret is as old as it may become. */
export function oldestAt({ readAt }: Entry, { maxAgeMs }: Pace): number {
	return readAt === undefined || maxAgeMs === undefined ? Number.POSITIVE_INFINITY : readAt + maxAgeMs;
}
