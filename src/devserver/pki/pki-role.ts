import { ApiError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import { SYSTEM_TTL_SECONDS } from "../ttl.ts";
import type { KeyTerms } from "../x509/authority.ts";

/** For which names a mount's CA signs, and how (https://developer.hashicorp.com/vault/api-docs/secret/pki#create-update-role). Times in seconds. */
export interface PkiRole {
	readonly allow_any_name: boolean;
	readonly allow_bare_domains: boolean;
	readonly allow_glob_domains: boolean;
	readonly allow_ip_sans: boolean;
	readonly allow_localhost: boolean;
	readonly allow_subdomains: boolean;
	readonly allow_wildcard_certificates: boolean;
	readonly allowed_domains: string[];
	readonly client_flag: boolean;
	readonly enforce_hostnames: boolean;
	readonly key_bits: number;
	readonly key_type: KeyTerms["type"];
	readonly max_ttl: number;
	readonly not_before_duration: number;
	readonly require_cn: boolean;
	readonly server_flag: boolean;
	readonly ttl: number;
}

const FLAGS = {
	allow_any_name: false,
	allow_bare_domains: false,
	allow_glob_domains: false,
	allow_ip_sans: true,
	allow_localhost: true,
	allow_subdomains: false,
	allow_wildcard_certificates: true,
	client_flag: true,
	enforce_hostnames: true,
	require_cn: true,
	server_flag: true,
} as const;

const CURVES = [256, 384, 521];

/** A role as a whole: what the request does not name stands at its default. @throws ApiError 400 */
export function readPkiRole(fields: Fields): PkiRole {
	const flags = Object.fromEntries(
		Object.entries(FLAGS).map(([name, standard]) => [name, fields.flag(name) ?? standard]),
	) as Record<keyof typeof FLAGS, boolean>;
	const { type, bits } = readKeyTerms(fields);
	const [ttl, maxTtl] = [fields.seconds("ttl") ?? 0, fields.seconds("max_ttl") ?? 0];
	if (maxTtl > 0 && ttl > maxTtl) throw new ApiError(400, '"ttl" value must be less than "max_ttl" value');
	return {
		...flags,
		allowed_domains: fields.list("allowed_domains") ?? [],
		key_bits: bits,
		key_type: type,
		max_ttl: maxTtl,
		not_before_duration: fields.seconds("not_before_duration") ?? 30,
		ttl,
	};
}

export function describePkiRole(role: PkiRole): JsonObject {
	return { ...NOT_BUILT, ...role, signature_bits: role.key_type === "rsa" ? 256 : 0 };
}

/** The key that a request or a role asks for; RSA unless it says otherwise. @throws ApiError 400 */
export function readKeyTerms(fields: Fields): KeyTerms {
	const type = fields.text("key_type") ?? "rsa";
	const bits = fields.integer("key_bits") ?? 0;
	switch (type) {
		case "rsa":
			if (bits !== 0 && bits < 2048) {
				throw new ApiError(400, `RSA keys < 2048 bits are unsafe and not supported: got ${bits}`);
			}
			return { type, bits: bits || 2048 };
		case "ec":
			if (bits !== 0 && !CURVES.includes(bits)) {
				throw new ApiError(400, `unsupported bit length for EC key: ${bits}`);
			}
			return { type, bits: bits || 256 };
		case "ed25519":
			return { type, bits: 0 };
		default:
			throw new ApiError(400, `unknown key type ${type}`);
	}
}

/** How long a certificate is to last, in seconds: asked for, else the role's own, cut to what is allowed. */
export function certificateTtl(asked: number, role: Pick<PkiRole, "ttl" | "max_ttl">): TtlAnswer {
	const longest = role.max_ttl || SYSTEM_TTL_SECONDS;
	const wanted = asked || role.ttl || longest;
	return { seconds: Math.min(wanted, longest), wanted, longest };
}

export interface TtlAnswer {
	readonly seconds: number;
	readonly wanted: number;
	readonly longest: number;
}

/** Shown as on a real server, where it has not been set. */
const NOT_BUILT: JsonObject = {
	allow_globs_in_identity_templates: false,
	allow_token_displayname: false,
	allowed_domains_template: false,
	allowed_ip_sans_cidr: [],
	allowed_other_sans: [],
	allowed_serial_numbers: [],
	allowed_uri_sans: [],
	allowed_uri_sans_template: false,
	allowed_user_ids: [],
	basic_constraints_valid_for_non_ca: false,
	cn_validations: ["email", "hostname"],
	code_signing_flag: false,
	country: [],
	email_protection_flag: false,
	ext_key_usage: [],
	ext_key_usage_oids: [],
	generate_lease: false,
	issuer_ref: "default",
	key_usage: ["DigitalSignature", "KeyAgreement", "KeyEncipherment"],
	locality: [],
	no_store: false,
	not_after: "",
	not_after_bound: "permit",
	not_before: "",
	not_before_bound: "permit",
	organization: [],
	ou: [],
	policy_identifiers: [],
	postal_code: [],
	province: [],
	street_address: [],
	use_csr_common_name: true,
	use_csr_sans: true,
	use_pss: false,
};
