import type { Namespace } from "../namespaces/namespace.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";

/** Seconds. */
export interface LeaseTerms {
	/** 0 for the system's. */
	readonly ttl: number;
	/** From the issue on, over all renewals; 0 for the system's. */
	readonly maxTtl: number;
}

/** What an engine says of a secret that it hands out on loan. */
export interface LeaseOrder extends LeaseTerms {
	/** Read anew at each renewal, because the role may have changed since; without it the lease is not renewable. */
	readonly renewTerms?: () => LeaseTerms;
}

/** A secret on loan (https://developer.hashicorp.com/vault/docs/concepts/lease). Times in ms. */
export interface Lease {
	/** The path and 24 characters, as `database/creds/reader/…`. */
	readonly id: string;
	/** API path that made it. */
	readonly path: string;
	readonly namespace: Namespace;
	/** It dies with this token. */
	readonly token: TokenEntry;
	readonly issuedAt: number;
	readonly renewTerms: (() => LeaseTerms) | undefined;
	/** TTL of the newest grant. */
	seconds: number;
	expiresAt: number;
	renewedAt: number | undefined;
}

/** A lease just issued or renewed, and what was cut of what was asked for. */
export interface Grant {
	readonly lease: Lease;
	readonly warnings: readonly string[];
}
