import { ApiError, listedError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import { SecretIds } from "./secret-ids.ts";

/** Settings of a role, under the names of the API (https://developer.hashicorp.com/vault/api-docs/auth/approle#parameters). Times in seconds. */
interface RoleSettings {
	bind_secret_id: boolean;
	/** Kept and shown, not enforced: every client here comes from loopback. */
	secret_id_bound_cidrs: string[] | null;
	secret_id_num_uses: number;
	secret_id_ttl: number;
	token_ttl: number;
	token_max_ttl: number;
	token_explicit_max_ttl: number;
	token_period: number;
	token_num_uses: number;
	token_no_default_policy: boolean;
	token_policies: string[];
	token_type: string;
}

export interface Role {
	readonly name: string;
	roleId: string;
	readonly settings: RoleSettings;
	readonly secretIds: SecretIds;
}

const FLAGS = ["bind_secret_id", "token_no_default_policy"] as const;
const NUMBERS = ["secret_id_num_uses", "token_num_uses"] as const;
const TIMES = [
	"secret_id_ttl",
	"token_ttl",
	"token_max_ttl",
	"token_explicit_max_ttl",
	"token_period",
] as const;

export function newRole(name: string, roleId: string): Role {
	const settings: RoleSettings = {
		bind_secret_id: true,
		secret_id_bound_cidrs: null,
		secret_id_num_uses: 0,
		secret_id_ttl: 0,
		token_ttl: 0,
		token_max_ttl: 0,
		token_explicit_max_ttl: 0,
		token_period: 0,
		token_num_uses: 0,
		token_no_default_policy: false,
		token_policies: [],
		token_type: "default",
	};
	return { name, roleId, settings, secretIds: new SecretIds() };
}

/** Sets what the request names and leaves the rest. @throws ApiError 400 before anything is changed */
export function applyRole(role: Role, fields: Fields): void {
	const next = { ...role.settings };
	for (const name of FLAGS) next[name] = fields.flag(name) ?? next[name];
	for (const name of NUMBERS) next[name] = fields.integer(name) ?? next[name];
	for (const name of TIMES) next[name] = fields.seconds(name) ?? next[name];
	next.token_period = fields.seconds("period") ?? next.token_period;
	next.token_policies = fields.list("token_policies") ?? fields.list("policies") ?? next.token_policies;
	next.secret_id_bound_cidrs = fields.list("secret_id_bound_cidrs") ?? next.secret_id_bound_cidrs;
	next.token_type = readTokenType(fields) ?? next.token_type;
	check(next);
	Object.assign(role.settings, next);
	role.roleId = fields.text("role_id") ?? role.roleId;
}

export function describeRole({ settings }: Role): JsonObject {
	return {
		...settings,
		local_secret_ids: false,
		token_bound_cidrs: [],
		token_strictly_bind_ip: false,
	};
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

function check(settings: RoleSettings): void {
	if (settings.secret_id_num_uses < 0) throw new ApiError(400, "secret_id_num_uses cannot be negative");
	if (settings.token_max_ttl > 0 && settings.token_ttl > settings.token_max_ttl) {
		throw new ApiError(400, "'token_ttl' cannot be greater than 'token_max_ttl'");
	}
	const isBatch = settings.token_type === "batch";
	if (isBatch && settings.token_period > 0) {
		throw new ApiError(400, `${BATCH_NEVER} when set to generate periodic tokens`);
	}
	if (isBatch && settings.token_num_uses > 0) {
		throw new ApiError(400, `${BATCH_NEVER} when set to generate tokens with limited use count`);
	}
	if (!settings.bind_secret_id && (settings.secret_id_bound_cidrs ?? []).length === 0) {
		throw listedError(500, "at least one constraint should be enabled on the role");
	}
}
