import { ApiError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import { asTexts, type JsonObject } from "../json-object.ts";
import {
	describeRoleTokens,
	PLAIN_ROLE_TOKENS,
	readRoleTokens,
	type RoleTokens,
} from "../tokens/role-tokens.ts";

/** Which tokens log in, under the names of the API (https://openbao.org/api-docs/auth/jwt/#create-role). */
export interface JwtRole {
	readonly bound_audiences: string[] | null;
	readonly bound_subject: string;
	/** `string`, or `glob` for values with `*` in them. */
	readonly bound_claims_type: string;
	/** Claim by name or JSON pointer → the value, or the list of values, that it may have. */
	readonly bound_claims: JsonObject | null;
	/** Claim by name or JSON pointer → the metadata key it goes to. */
	readonly claim_mappings: Readonly<Record<string, string>> | null;
	readonly user_claim: string;
	readonly tokens: RoleTokens;
}

const NEW_ROLE: JwtRole = {
	bound_audiences: null,
	bound_subject: "",
	bound_claims_type: "string",
	bound_claims: null,
	claim_mappings: null,
	user_claim: "",
	tokens: PLAIN_ROLE_TOKENS,
};

/** What the request names, and the rest as it was. @throws ApiError 400 */
export function readJwtRole(fields: Fields, before: JwtRole = NEW_ROLE): JwtRole {
	checkType(fields);
	const mappings = fields.object("claim_mappings");
	const next: JwtRole = {
		bound_audiences: fields.list("bound_audiences") ?? before.bound_audiences,
		bound_subject: fields.text("bound_subject") ?? before.bound_subject,
		bound_claims_type: fields.text("bound_claims_type") || "string",
		bound_claims: fields.object("bound_claims") ?? before.bound_claims,
		claim_mappings: mappings ? asTexts(mappings) : before.claim_mappings,
		user_claim: fields.text("user_claim") ?? before.user_claim,
		tokens: readRoleTokens(before.tokens, fields),
	};
	check(next);
	return next;
}

/** With what belongs to OIDC, which is not built, as it stands in a role without it. */
export function describeJwtRole({ tokens, ...role }: JwtRole): JsonObject {
	return {
		...role,
		...describeRoleTokens(tokens),
		allowed_redirect_uris: null,
		callback_mode: "client",
		clock_skew_leeway: 0,
		expiration_leeway: 0,
		groups_claim: "",
		max_age: 0,
		not_before_leeway: 0,
		oauth2_metadata: null,
		oidc_disable_confirmation: false,
		oidc_scopes: null,
		role_type: "jwt",
		token_policies_template_claims: false,
		user_claim_json_pointer: false,
		verbose_oidc_logging: false,
	};
}

function checkType(fields: Fields): void {
	const type = fields.text("role_type") || "oidc";
	if (type === "jwt") return;
	if (type !== "oidc") throw new ApiError(400, `invalid 'role_type': ${type}`);
	throw new ApiError(400, "'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.");
}

function check(role: JwtRole): void {
	if (!["string", "glob"].includes(role.bound_claims_type)) {
		throw new ApiError(400, `invalid 'bound_claims_type': ${role.bound_claims_type}`);
	}
	if (role.user_claim === "") throw new ApiError(400, "a user claim must be defined on the role");
	const isBound =
		(role.bound_audiences ?? []).length > 0 ||
		role.bound_subject !== "" ||
		Object.keys(role.bound_claims ?? {}).length > 0;
	if (!isBound) {
		throw new ApiError(400, "must have at least one bound constraint when creating/updating a role");
	}
}
