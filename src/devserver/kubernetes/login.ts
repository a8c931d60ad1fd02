import { ApiError } from "../api-error.ts";
import { matchesGlob } from "../glob.ts";
import { isJsonObject, type JsonObject } from "../json-object.ts";
import { isSignedBy, type Jwt, readJwt } from "../jwt/jwt.ts";
import { claimFault } from "../jwt/registered-claims.ts";
import type { KubernetesConfig } from "./config.ts";
import type { KubernetesRole } from "./role.ts";
import type { ServiceAccounts } from "./service-accounts.ts";

export interface ServiceAccount {
	readonly namespace: string;
	readonly name: string;
	readonly uid: string;
}

export interface Inspection {
	readonly role: KubernetesRole;
	readonly config: KubernetesConfig;
	readonly cluster: ServiceAccounts;
	/** ms */
	readonly now: number;
}

/**
 * Whose token it is, when the role takes it. The cluster is asked last, as by the real server: who shows a forged
 * token for another account hears of the account first.
 *
 * @throws ApiError 403
 */
export function inspect(text: string, { role, config, cluster, now }: Inspection): ServiceAccount {
	const jwt = readJwt(text);
	if (!jwt || !isSignedAsConfigured(jwt, config)) throw new ApiError(403, "permission denied");
	const expected = {
		issuer: config.isIssuerUnchecked ? "" : config.issuer,
		subject: "",
		audiences: role.audience === "" ? [] : [role.audience],
		needsTime: false,
	};
	const fault = claimFault(jwt.claims, expected, now);
	if (fault !== undefined) throw new ApiError(403, fault);
	const account = accountOf(jwt.claims);
	if (!isOneOf(role.bound_service_account_names, account.name)) {
		throw new ApiError(403, "service account name not authorized");
	}
	if (!isOneOf(role.bound_service_account_namespaces, account.namespace)) {
		throw new ApiError(403, "namespace not authorized");
	}
	if (!cluster.accepts(jwt)) throw new ApiError(403, "permission denied");
	return account;
}

function isSignedAsConfigured(jwt: Jwt, { keys }: KubernetesConfig): boolean {
	return keys.length === 0 || keys.some((key) => isSignedBy(jwt, key));
}

function accountOf(claims: JsonObject): ServiceAccount {
	const bound = objectAt(claims, "kubernetes.io");
	const { name, uid } = objectAt(bound, "serviceaccount");
	const { namespace } = bound;
	const asName = (value: unknown) => (typeof value === "string" ? value : "");
	return { namespace: asName(namespace), name: asName(name), uid: asName(uid) };
}

function objectAt(parent: JsonObject, name: string): JsonObject {
	const value = parent[name];
	return isJsonObject(value) ? value : {};
}

function isOneOf(patterns: readonly string[], name: string): boolean {
	return patterns.some((pattern) => matchesGlob(pattern, name));
}
