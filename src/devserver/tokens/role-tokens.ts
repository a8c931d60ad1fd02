import { ApiError, listedError } from "../api-error.ts";
import type { EngineContext, EngineRequest, Reply } from "../engine.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import { markedId } from "../namespaces/namespace.ts";
import { calculateTtl } from "../ttl.ts";
import { PLAIN_TOKEN, type RenewTerms, sanitizePolicies, type TokenTerms } from "./token-entry.ts";

/** What a role of any auth method says about the tokens of its logins, under the names of the API. Times in seconds. */
export interface RoleTokens {
	readonly token_ttl: number;
	readonly token_max_ttl: number;
	readonly token_explicit_max_ttl: number;
	readonly token_period: number;
	readonly token_num_uses: number;
	readonly token_no_default_policy: boolean;
	readonly token_policies: string[];
	readonly token_type: string;
}

export const PLAIN_ROLE_TOKENS: RoleTokens = {
	token_ttl: 0,
	token_max_ttl: 0,
	token_explicit_max_ttl: 0,
	token_period: 0,
	token_num_uses: 0,
	token_no_default_policy: false,
	token_policies: [],
	token_type: "default",
};

/** What the request names, with or without `token_` in front, and the rest as it was. @throws ApiError 400 for what does not go together */
export function readRoleTokens(before: RoleTokens, fields: Fields): RoleTokens {
	const next: RoleTokens = {
		token_ttl: fields.seconds("token_ttl") ?? fields.seconds("ttl") ?? before.token_ttl,
		token_max_ttl: fields.seconds("token_max_ttl") ?? fields.seconds("max_ttl") ?? before.token_max_ttl,
		token_explicit_max_ttl: fields.seconds("token_explicit_max_ttl") ?? before.token_explicit_max_ttl,
		token_period: fields.seconds("token_period") ?? fields.seconds("period") ?? before.token_period,
		token_num_uses: fields.integer("token_num_uses") ?? fields.integer("num_uses") ?? before.token_num_uses,
		token_no_default_policy: fields.flag("token_no_default_policy") ?? before.token_no_default_policy,
		token_policies: fields.list("token_policies") ?? fields.list("policies") ?? before.token_policies,
		token_type: readTokenType(fields) ?? before.token_type,
	};
	check(next);
	return next;
}

/** With what every role shows and none enforces here: all clients come from loopback. */
export function describeRoleTokens(tokens: RoleTokens): JsonObject {
	return { ...tokens, token_bound_cidrs: [], token_strictly_bind_ip: false };
}

export interface LoginGrant {
	readonly tokens: RoleTokens;
	/** Who it is at this mount: the same name is the same entity, login after login. */
	readonly alias: string;
	/** Behind the mount's name, after a dash. */
	readonly displayName?: string;
	readonly metadata: Readonly<Record<string, string>>;
	/** Asked at each renewal; what it throws refuses it. */
	readonly renewTerms: NonNullable<TokenTerms["renewTerms"]>;
}

/** Makes the token of a login, and the reply with it. */
export function grantToken(
	request: EngineRequest,
	{ core, mount }: EngineContext,
	{ tokens, alias, displayName, metadata, renewTerms }: LoginGrant,
): Reply {
	const now = core.clock.now();
	const isBatch = tokens.token_type === "batch";
	const explicitMaxTtl = tokens.token_explicit_max_ttl;
	const { seconds, warnings } = calculateTtl({ ...renewTermsOf(tokens), explicitMaxTtl }, now, now);
	const mountName = mount.path
		.replace(/^auth\//, "")
		.replaceAll("/", "-")
		.replace(/-$/, "");
	const entry = core.tokens.create({
		...PLAIN_TOKEN,
		namespace: request.namespace,
		type: isBatch ? "batch" : "service",
		policies: sanitizePolicies(tokens.token_policies, !tokens.token_no_default_policy),
		path: request.fullPath,
		displayName: displayName === undefined ? mountName : `${mountName}-${displayName}`,
		meta: metadata,
		ttl: seconds,
		period: tokens.token_period,
		explicitMaxTtl,
		numUses: tokens.token_num_uses,
		renewable: !isBatch,
		entityId: markedId(core.entityId(mount.accessor, alias), request.namespace),
		renewTerms,
	});
	return { auth: { entry, leaseSeconds: seconds }, warnings };
}

export function renewTermsOf(tokens: RoleTokens): RenewTerms {
	return { ttl: tokens.token_ttl, maxTtl: tokens.token_max_ttl, period: tokens.token_period };
}

/**
 * What a renewal goes by: the role of the login as it is now.
 *
 * @param shown the role's name as the method writes it in messages
 * @throws ApiError 500 when the role is gone
 */
export function currentTerms(role: { readonly tokens: RoleTokens } | undefined, shown: string): RenewTerms {
	if (role) return renewTermsOf(role.tokens);
	throw listedError(500, `failed to renew entry: role ${shown} does not exist during renewal`);
}

function readTokenType(fields: Fields): string | undefined {
	const type = fields.text("token_type")?.replace(/^default-/, "");
	if (type === undefined || type === "") return undefined;
	if (!["default", "service", "batch"].includes(type)) {
		throw new ApiError(400, `invalid 'token_type' value "${type}"`);
	}
	return type;
}

const BATCH_NEVER = "'token_type' cannot be 'batch' or 'default_batch'";

function check(tokens: RoleTokens): void {
	if (tokens.token_max_ttl > 0 && tokens.token_ttl > tokens.token_max_ttl) {
		throw new ApiError(400, "'token_ttl' cannot be greater than 'token_max_ttl'");
	}
	const isBatch = tokens.token_type === "batch";
	if (isBatch && tokens.token_period > 0) {
		throw new ApiError(400, `${BATCH_NEVER} when set to generate periodic tokens`);
	}
	if (isBatch && tokens.token_num_uses > 0) {
		throw new ApiError(400, `${BATCH_NEVER} when set to generate tokens with limited use count`);
	}
}
