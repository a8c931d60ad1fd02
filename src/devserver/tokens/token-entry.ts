import type { X509Certificate } from "node:crypto";
import type { Namespace } from "../namespaces/namespace.ts";

/** What bounds a renewal; read anew each time, because the role may have changed since the login. */
export interface RenewTerms {
	readonly ttl: number;
	readonly maxTtl: number;
	readonly period: number;
}

/** A response kept behind a wrapping token. */
export interface WrappedResponse {
	readonly body: unknown;
	readonly creationPath: string;
	readonly creationTime: number;
	readonly seconds: number;
}

export interface TokenTerms {
	/** Where it was made; its policies are those of this one. */
	readonly namespace: Namespace;
	readonly type: "service" | "batch";
	readonly policies: readonly string[];
	/** API path that made it, e.g. `auth/approle/login`. */
	readonly path: string;
	readonly displayName: string;
	readonly meta: Readonly<Record<string, string>> | null;
	/** Id of the token that made it; empty for an orphan. */
	readonly parent: string;
	/** Seconds; 0 means that it never expires. */
	readonly ttl: number;
	readonly period: number;
	readonly explicitMaxTtl: number;
	/** 0 means without limit. */
	readonly numUses: number;
	readonly renewable: boolean;
	readonly entityId: string;
	/** Overrides the generated id. */
	readonly id?: string;
	/**
	 * Asked at each renewal; without it the token's own life goes on.
	 *
	 * @param clientChain what the client has shown in the TLS handshake
	 * @returns `undefined` to leave the token as it is, without a word
	 */
	readonly renewTerms?: (clientChain: readonly X509Certificate[]) => RenewTerms | undefined;
	readonly wrapped?: WrappedResponse;
}

/** A token as the server holds it. Times in ms. */
export interface TokenEntry extends Omit<TokenTerms, "parent" | "numUses" | "id"> {
	readonly id: string;
	readonly accessor: string;
	readonly createdAt: number;
	/** Uses left; 0 without limit, -1 used up and about to be revoked. */
	numUses: number;
	/** Uses it was made with. */
	readonly maxUses: number;
	parent: string;
	/** TTL of the newest grant; `ttl` stays that of the first. */
	leaseSeconds: number;
	expiresAt: number | undefined;
	renewedAt: number | undefined;
}

/** For callers that want a plain one and say only where it belongs and what differs. */
export const PLAIN_TOKEN: Omit<TokenTerms, "namespace"> = {
	type: "service",
	policies: [],
	path: "auth/token/create",
	displayName: "token",
	meta: null,
	parent: "",
	ttl: 0,
	period: 0,
	explicitMaxTtl: 0,
	numUses: 0,
	renewable: false,
	entityId: "",
};

/** Lower case, sorted, without doubles; root stands alone. */
export function sanitizePolicies(policies: readonly string[], addDefault: boolean): string[] {
	const names = new Set(policies.map((name) => name.trim().toLowerCase()).filter((name) => name !== ""));
	if (names.has("root")) return ["root"];
	if (addDefault) names.add("default");
	return [...names].toSorted();
}
