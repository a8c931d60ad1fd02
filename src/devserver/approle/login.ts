import { ApiError } from "../api-error.ts";
import type { EngineContext, EngineRequest, Reply } from "../engine.ts";
import { currentTerms, grantToken } from "../tokens/role-tokens.ts";
import type { Role } from "./role.ts";

export interface RoleFinder {
	byId(roleId: string): Role | undefined;
	byName(name: string): Role | undefined;
}

/** https://developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle */
export function login(request: EngineRequest, context: EngineContext, roles: RoleFinder): Reply {
	const { core } = context;
	const roleId = request.fields.text("role_id")?.trim() ?? "";
	// 500, not 400: the real server stumbles over it while it looks for the entity, before the method is asked.
	if (roleId === "") throw new ApiError(500, "missing role_id");
	const role = roles.byId(roleId);
	if (!role) throw invalidCredentials();
	const metadata = { ...useSecretId(role, request, core.clock.now()), role_name: role.name };

	return grantToken(request, context, {
		tokens: role.tokens,
		alias: roleId,
		metadata,
		renewTerms: () => currentTerms(roles.byName(role.name), `"${role.name}"`),
	});
}

/** @returns the secret id's metadata */
function useSecretId(role: Role, { fields }: EngineRequest, now: number): Readonly<Record<string, string>> {
	if (!role.settings.bind_secret_id) return {};
	const value = fields.text("secret_id")?.trim() ?? "";
	if (value === "") throw new ApiError(400, "missing secret_id");
	const entry = role.secretIds.find(value, now);
	if (!entry) throw invalidCredentials();
	role.secretIds.use(value, now);
	return entry.metadata;
}

function invalidCredentials(): ApiError {
	return new ApiError(400, "invalid role or secret ID");
}
