import type { Secret } from "../kernel/mod.ts";
import type { JsonObject } from "../vault/mod.ts";

/** A secret as it was read. */
export interface SecretView {
	/** API path that was read, such as `secret/data/llm/openai`. */
	readonly path: string;
	readonly kind: "kv2" | "plain" | "list";
	/** KV v2 only. */
	readonly version?: number;
	/** When this version was written, RFC 3339; KV v2 only. */
	readonly createdTime?: string;
	/** The secret's own fields: for KV v2 what stands in `data.data`. */
	readonly fields: JsonObject;
	/** `data` of the reply as Vault gives it. */
	readonly data: JsonObject;
	/** Of a write that made a token (`auth/token/create`), in Vault's words. */
	readonly auth?: JsonObject;
	readonly leaseId: string;
	/** Seconds. */
	readonly leaseDuration: number;
	readonly renewable: boolean;
	/** The token that a lease belongs to, and ends with; leased secrets only. */
	readonly holder?: Secret;
	readonly requestId: string;
	/** The server's own time of the reply, in milliseconds since the epoch. */
	readonly serverTime?: number;
}

/** What is at a path. */
export type Finding =
	| { readonly kind: "present"; readonly view: SecretView }
	| {
			readonly kind: "absent";
			readonly path: string;
			readonly reason: AbsenceReason;
			readonly version?: number;
			/** As in {@link SecretView}; of the version that is gone. */
			readonly createdTime?: string;
	  };

export type AbsenceReason = "missing" | "deleted" | "destroyed";

/** Whether two findings say the same: same version, same lease, same content. */
export function isSameFinding(a: Finding, b: Finding): boolean {
	if (a.kind === "absent" || b.kind === "absent") {
		return a.kind === "absent" && b.kind === "absent" && a.reason === b.reason;
	}
	const isSameOne = a.view.version === b.view.version && a.view.leaseId === b.view.leaseId;
	return isSameOne && contentOf(a.view) === contentOf(b.view);
}

/** What has to be the same; the `ttl` of a static role counts down while the role stays as it is. */
function contentOf(view: SecretView): string {
	// A token that was made has nothing else in its reply.
	if (view.auth !== undefined) return JSON.stringify([view.fields, view.auth["client_token"]]);
	if (!isRotated(view)) return JSON.stringify(view.fields);
	const { ttl: _, ...fields } = view.fields;
	return JSON.stringify(fields);
}

/**
 * Whether Vault itself changes the secret at set times, as with the static roles of a database or of LDAP
 * (developer.hashicorp.com/vault/api-docs/secret/databases#get-static-credentials).
 */
export function isRotated({ kind, leaseId, fields }: SecretView): boolean {
	return kind === "plain" && leaseId === "" && "ttl" in fields && "last_vault_rotation" in fields;
}

/**
 * Whether `next` is an older state of the same secret than `held`, as a replica that lags behind serves it.
 * A lower version that was written later is a secret that was removed whole and made anew.
 */
export function isOlder(next: Finding, held: Finding): boolean {
	const [was, is] = [identityOf(held), identityOf(next)];
	if (was.version === undefined || is.version === undefined || is.version >= was.version) return false;
	return Date.parse(is.createdTime ?? "") <= Date.parse(was.createdTime ?? "");
}

/** What a finding is of; where the secret is gone, the version that is gone. */
export function identityOf(finding: Finding): Pick<SecretView, "path" | "version" | "createdTime"> {
	return finding.kind === "present" ? finding.view : finding;
}
