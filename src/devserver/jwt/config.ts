import type { KeyObject } from "node:crypto";
import { ApiError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import { readPublicKeys } from "./public-keys.ts";

/** Whose tokens are believed. */
export interface JwtConfig {
	readonly pems: readonly string[];
	readonly keys: readonly KeyObject[];
	/** Empty for any. */
	readonly boundIssuer: string;
	/** For logins that name none; empty for none. */
	readonly defaultRole: string;
}

const EXACTLY_ONE =
	"exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs', 'oidc_discovery_url', or 'provider_config' must be set";

/** Sources of keys that lie elsewhere: this server asks nobody. */
const REMOTE = ["jwks_url", "oidc_discovery_url", "provider_config"];

/** https://openbao.org/api-docs/auth/jwt/#configure */
export function readJwtConfig(fields: Fields): JwtConfig {
	const remote = REMOTE.find((name) => fields.has(name));
	if (remote !== undefined) {
		const advice = "use 'jwt_validation_pubkeys'";
		throw new ApiError(400, `'${remote}' is not supported by the development server: ${advice}`);
	}
	const pems = (fields.list("jwt_validation_pubkeys") ?? []).map((pem) => pem.trim());
	if (pems.length === 0) throw new ApiError(400, EXACTLY_ONE);
	return {
		pems,
		keys: readPublicKeys(pems, "error parsing public key: "),
		boundIssuer: fields.text("bound_issuer") ?? "",
		defaultRole: fields.text("default_role") ?? "",
	};
}

export function describeJwtConfig({ pems, boundIssuer, defaultRole }: JwtConfig): JsonObject {
	return {
		bound_issuer: boundIssuer,
		default_role: defaultRole,
		jwks_ca_pem: "",
		jwks_url: "",
		jwt_supported_algs: [],
		jwt_validation_pubkeys: pems,
		namespace_in_state: true,
		oidc_client_id: "",
		oidc_discovery_ca_pem: "",
		oidc_discovery_url: "",
		oidc_response_mode: "",
		oidc_response_types: [],
		override_allowed_server_names: [],
		provider_config: {},
		status: "valid",
	};
}
