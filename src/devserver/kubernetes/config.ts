import type { KeyObject } from "node:crypto";
import { ApiError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import { readPublicKeys } from "../jwt/public-keys.ts";

/** How the cluster would be asked; here it is kept and shown, and the server itself is the cluster. */
export interface KubernetesConfig {
	readonly host: string;
	readonly caCert: string;
	readonly hasReviewer: boolean;
	readonly isLocalCaOff: boolean;
	readonly issuer: string;
	readonly isIssuerUnchecked: boolean;
	readonly pems: readonly string[];
	/** With any, a token must be signed by one of them as well. */
	readonly keys: readonly KeyObject[];
}

/** https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#configure-method */
export function readKubernetesConfig(fields: Fields): KubernetesConfig {
	const host = fields.text("kubernetes_host") ?? "";
	if (host === "") throw new ApiError(400, "no host provided");
	const caCert = fields.text("kubernetes_ca_cert") ?? "";
	const isLocalCaOff = fields.flag("disable_local_ca_jwt") ?? false;
	if (isLocalCaOff && caCert === "") {
		throw new ApiError(400, "kubernetes_ca_cert must be given when disable_local_ca_jwt is true");
	}
	const pems = (fields.list("pem_keys") ?? []).map((pem) => pem.trim());
	return {
		host,
		caCert,
		hasReviewer: (fields.text("token_reviewer_jwt") ?? "") !== "",
		isLocalCaOff,
		issuer: fields.text("issuer") ?? "",
		isIssuerUnchecked: fields.flag("disable_iss_validation") ?? true,
		pems,
		keys: readPublicKeys(pems, ""),
	};
}

export function describeKubernetesConfig(config: KubernetesConfig): JsonObject {
	return {
		disable_iss_validation: config.isIssuerUnchecked,
		disable_local_ca_jwt: config.isLocalCaOff,
		issuer: config.issuer,
		kubernetes_ca_cert: config.caCert,
		kubernetes_host: config.host,
		pem_keys: config.pems,
		token_reviewer_jwt_set: config.hasReviewer,
	};
}
