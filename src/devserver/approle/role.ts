import { ApiError, listedError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import {
	describeRoleTokens,
	PLAIN_ROLE_TOKENS,
	readRoleTokens,
	type RoleTokens,
} from "../tokens/role-tokens.ts";
import { SecretIds } from "./secret-ids.ts";

/** Settings of a role, under the names of the API (https://developer.hashicorp.com/vault/api-docs/auth/approle#parameters). Times in seconds. */
interface RoleSettings {
	bind_secret_id: boolean;
	/** Kept and shown, not enforced: every client here comes from loopback. */
	secret_id_bound_cidrs: string[] | null;
	secret_id_num_uses: number;
	secret_id_ttl: number;
}

export interface Role {
	readonly name: string;
	roleId: string;
	readonly settings: RoleSettings;
	tokens: RoleTokens;
	readonly secretIds: SecretIds;
}

export function newRole(name: string, roleId: string): Role {
	const settings: RoleSettings = {
		bind_secret_id: true,
		secret_id_bound_cidrs: null,
		secret_id_num_uses: 0,
		secret_id_ttl: 0,
	};
	return { name, roleId, settings, tokens: PLAIN_ROLE_TOKENS, secretIds: new SecretIds() };
}

/** Sets what the request names and leaves the rest. @throws ApiError 400 before anything is changed */
export function applyRole(role: Role, fields: Fields): void {
	const { settings } = role;
	const next: RoleSettings = {
		bind_secret_id: fields.flag("bind_secret_id") ?? settings.bind_secret_id,
		secret_id_bound_cidrs: fields.list("secret_id_bound_cidrs") ?? settings.secret_id_bound_cidrs,
		secret_id_num_uses: fields.integer("secret_id_num_uses") ?? settings.secret_id_num_uses,
		secret_id_ttl: fields.seconds("secret_id_ttl") ?? settings.secret_id_ttl,
	};
	const tokens = readRoleTokens(role.tokens, fields);
	if (next.secret_id_num_uses < 0) throw new ApiError(400, "secret_id_num_uses cannot be negative");
	if (!next.bind_secret_id && (next.secret_id_bound_cidrs ?? []).length === 0) {
		throw listedError(500, "at least one constraint should be enabled on the role");
	}
	Object.assign(settings, next);
	role.tokens = tokens;
	role.roleId = fields.text("role_id") ?? role.roleId;
}

export function describeRole({ settings, tokens }: Role): JsonObject {
	return { ...settings, ...describeRoleTokens(tokens), local_secret_ids: false };
}
