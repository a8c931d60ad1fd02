import { ApiError } from "../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { listOf } from "../engines/listing.ts";
import type { JsonObject } from "../json-object.ts";
import { type Route, type RouteCall, route } from "../routes.ts";
import { currentTerms, grantToken } from "../tokens/role-tokens.ts";
import { checkBoundClaims, mappedClaims } from "./bound-claims.ts";
import { describeJwtConfig, type JwtConfig, readJwtConfig } from "./config.ts";
import { isSignedBy, readJwt } from "./jwt.ts";
import { audiencesOf, claimFault } from "./registered-claims.ts";
import { describeJwtRole, type JwtRole, readJwtRole } from "./role.ts";

/** JWT auth with keys that are given (https://openbao.org/api-docs/auth/jwt/); OIDC and keys from a URL are not built. */
export class JwtEngine implements Engine {
	readonly #roles = new Map<string, JwtRole>();
	#config: JwtConfig | undefined;

	readonly #routes: readonly Route[] = [
		{ pattern: /^login$/, on: { update: (call) => this.#login(call) } },
		{
			pattern: /^config$/,
			on: {
				read: () => this.#config && { data: describeJwtConfig(this.#config) },
				update: ({ request }) => void (this.#config = readJwtConfig(request.fields)),
			},
		},
		{ pattern: /^role\/?$/, on: listOf(this.#roles) },
		{
			pattern: /^role\/(?<name>[^/]+)$/,
			on: {
				read: (call) => this.#readRole(call),
				update: (call) => this.#writeRole(call),
				delete: ({ params }) => void this.#roles.delete(params["name"] ?? ""),
			},
		},
	];

	isOpen(path: string): boolean {
		return path === "login";
	}

	exists(path: string): boolean {
		const [, name = ""] = /^role\/([^/]+)$/.exec(path) ?? [];
		return name === "" || this.#roles.has(name);
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}

	#readRole({ params }: RouteCall): Reply | undefined {
		const role = this.#roles.get(params["name"] ?? "");
		return role && { data: describeJwtRole(role) };
	}

	#writeRole({ request, params }: RouteCall): undefined {
		const name = params["name"] ?? "";
		this.#roles.set(name, readJwtRole(request.fields, this.#roles.get(name)));
	}

	#login({ request, context }: RouteCall): Reply {
		const config = this.#config;
		if (!config) throw new ApiError(400, "could not load configuration");
		const name = request.fields.text("role") || config.defaultRole;
		if (name === "") throw new ApiError(400, "missing role");
		const role = this.#roles.get(name);
		if (!role) throw new ApiError(400, `role "${name}" could not be found`);
		const claims = provenClaims(request.fields.text("jwt") ?? "", config);
		const user = checkClaims(claims, { role, config, now: context.core.clock.now() });
		return grantToken(request, context, {
			tokens: role.tokens,
			alias: user,
			displayName: user,
			metadata: { ...mappedClaims(role, claims), role: name },
			renewTerms: () => currentTerms(this.#roles.get(name), name),
		});
	}
}

const BAD_SIGNATURE = "error validating token: error verifying token signature";

/** @throws ApiError 400 unless one of the keys has signed them */
function provenClaims(text: string, { keys }: JwtConfig): JsonObject {
	if (text === "") throw new ApiError(400, "missing token");
	if (text.split(".").length !== 3) {
		throw new ApiError(400, `${BAD_SIGNATURE}: go-jose/go-jose: compact JWS format must have three parts`);
	}
	const jwt = readJwt(text);
	if (jwt && keys.some((key) => isSignedBy(jwt, key))) return jwt.claims;
	throw new ApiError(400, `${BAD_SIGNATURE}: no known key successfully validated the token signature`);
}

/** @returns who the user is. @throws ApiError 400 in the order of the real server */
function checkClaims(
	claims: JsonObject,
	{ role, config, now }: { role: JwtRole; config: JwtConfig; now: number },
): string {
	const audiences = role.bound_audiences ?? [];
	const expected = {
		issuer: config.boundIssuer,
		subject: role.bound_subject,
		audiences,
		needsTime: true,
	};
	const fault = claimFault(claims, expected, now);
	if (fault !== undefined) throw new ApiError(400, `error validating token: ${fault}`);
	if (audiences.length === 0 && audiencesOf(claims).length > 0) {
		throw new ApiError(400, "audience claim found in JWT but no audiences bound to the role");
	}
	const user = claims[role.user_claim] ?? undefined;
	if (user === undefined) throw new ApiError(400, `claim "${role.user_claim}" not found in token`);
	if (typeof user !== "string") {
		throw new ApiError(400, `claim "${role.user_claim}" could not be converted to string`);
	}
	checkBoundClaims(role, claims);
	return user;
}
