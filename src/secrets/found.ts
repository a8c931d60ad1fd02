import { type Lease, leaseOf } from "./lease.ts";
import type { Finding } from "./view.ts";

/** What a read brought, or what was left of one. */
export interface Found {
	readonly finding: Finding;
	/** When it was asked for. */
	readonly readAt: number;
	readonly lease: Lease | undefined;
}

/** What was just read, its lease as new. */
export function justRead(finding: Finding, readAt: number, random: () => number): Found {
	const lease = finding.kind === "present" ? leaseOf(finding.view, readAt, random) : undefined;
	return { finding, readAt, lease };
}
