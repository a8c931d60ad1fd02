import { ApiError, listedError } from "../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { listReply } from "../engines/listing.ts";
import { rfc3339 } from "../go-time.ts";
import type { JsonObject } from "../json-object.ts";
import { type Route, type RouteCall, route } from "../routes.ts";
import { createToken } from "./token-create.ts";
import type { TokenEntry } from "./token-entry.ts";

/** `auth/token/` (https://developer.hashicorp.com/vault/api-docs/auth/token); token roles are not built. */
export class TokenEngine implements Engine {
	readonly #routes: readonly Route[] = [
		{
			pattern: /^create(-orphan)?$/,
			on: { update: ({ request, context }) => createToken(request, context) },
		},
		{ pattern: /^lookup-self$/, on: { read: lookupSelf, update: lookupSelf } },
		{ pattern: /^lookup$/, on: { read: lookup, update: lookup } },
		{ pattern: /^lookup-accessor$/, on: { update: lookupAccessor } },
		{ pattern: /^renew-self$/, on: { update: (call) => renew(call, self(call)) } },
		{
			pattern: /^renew$/,
			on: { update: (call) => renew(call, named(call, new ApiError(400, "token not found"))) },
		},
		{ pattern: /^renew-accessor$/, on: { update: renewAccessor } },
		{ pattern: /^revoke-self$/, on: { update: (call) => revoke(call, self(call)) } },
		{ pattern: /^revoke$/, on: { update: (call) => revoke(call, namedOrNone(call)) } },
		{ pattern: /^revoke-orphan$/, on: { update: revokeOrphan } },
		{ pattern: /^revoke-accessor$/, on: { update: revokeAccessor } },
		{ pattern: /^accessors\/?$/, on: { list: listAccessors } },
	];

	needsSudo(path: string): boolean {
		return path === "revoke-orphan" || path.startsWith("accessors");
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}
}

function self({ request }: RouteCall): TokenEntry {
	if (!request.caller) throw new ApiError(403, "permission denied");
	return request.caller;
}

function namedOrNone({ request, context }: RouteCall): TokenEntry | undefined {
	const id = request.fields.text("token") ?? "";
	if (id === "") throw new ApiError(400, "missing token ID");
	return context.core.tokens.lookup(id);
}

function named(call: RouteCall, absent: ApiError): TokenEntry {
	const entry = namedOrNone(call);
	if (!entry) throw absent;
	return entry;
}

function byAccessor({ request, context }: RouteCall): TokenEntry | undefined {
	const accessor = request.fields.text("accessor") ?? "";
	if (accessor === "") throw listedError(400, "missing accessor");
	return context.core.tokens.lookupAccessor(accessor);
}

function lookupSelf(call: RouteCall): Reply {
	return { data: describe(self(call), call.context.core.clock.now()) };
}

function lookup(call: RouteCall): Reply {
	if ((call.request.fields.text("token") ?? "") === "") return lookupSelf(call);
	const entry = named(call, new ApiError(403, "bad token"));
	return { data: describe(entry, call.context.core.clock.now()) };
}

function lookupAccessor(call: RouteCall): Reply {
	const entry = byAccessor(call);
	if (!entry) throw listedError(400, "invalid accessor");
	return { data: { ...describe(entry, call.context.core.clock.now()), id: "" } };
}

function renew({ request, context }: RouteCall, entry: TokenEntry): Reply | undefined {
	const increment = request.fields.seconds("increment") ?? 0;
	const warnings = context.core.tokens.renew(entry, increment, request.clientChain);
	return warnings && { auth: { entry, leaseSeconds: entry.leaseSeconds }, warnings };
}

function renewAccessor(call: RouteCall): Reply | undefined {
	const entry = byAccessor(call);
	if (!entry) throw listedError(400, "invalid accessor");
	const reply = renew(call, entry);
	return reply?.auth ? { ...reply, auth: { ...reply.auth, hidesToken: true } } : reply;
}

function revoke({ context }: RouteCall, entry: TokenEntry | undefined): undefined {
	if (!entry) return;
	if (entry.type === "batch") throw new ApiError(400, "batch tokens cannot be revoked");
	context.core.tokens.revoke(entry.id);
}

function revokeOrphan(call: RouteCall): undefined {
	const entry = named(call, new ApiError(400, "token to revoke not found"));
	if (entry.type === "batch") throw new ApiError(400, "batch tokens cannot be revoked");
	call.context.core.tokens.revokeOrphan(entry.id);
}

function revokeAccessor(call: RouteCall): Reply | undefined {
	const entry = byAccessor(call);
	if (!entry) return { data: null, warnings: ["No token found with this accessor"] };
	return revoke(call, entry);
}

function listAccessors({ request, context }: RouteCall): Reply {
	return listReply(context.core.tokens.accessors(request.namespace), request.fields);
}

/** https://developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token */
function describe(entry: TokenEntry, now: number): JsonObject {
	return {
		accessor: entry.accessor,
		creation_time: Math.floor(entry.createdAt / 1000),
		creation_ttl: entry.ttl,
		display_name: entry.displayName,
		entity_id: entry.entityId,
		explicit_max_ttl: entry.explicitMaxTtl,
		id: entry.id,
		meta: entry.meta,
		...(entry.namespace.path === "" ? {} : { namespace_path: entry.namespace.path }),
		num_uses: entry.numUses,
		orphan: entry.parent === "",
		path: entry.path,
		policies: [...entry.policies],
		type: entry.type,
		...(entry.period > 0 ? { period: entry.period } : {}),
		...describeTimes(entry, now),
	};
}

function describeTimes(entry: TokenEntry, now: number): JsonObject {
	const issuedAt = entry.type === "batch" ? Math.floor(entry.createdAt / 1000) * 1000 : entry.createdAt;
	const always = { issue_time: rfc3339(issuedAt), renewable: entry.renewable };
	if (entry.expiresAt === undefined) return { ...always, expire_time: null, ttl: 0 };
	const renewed =
		entry.renewedAt === undefined
			? {}
			: { last_renewal: rfc3339(entry.renewedAt), last_renewal_time: Math.floor(entry.renewedAt / 1000) };
	return {
		...always,
		expire_time: rfc3339(entry.expiresAt),
		ttl: Math.trunc((entry.expiresAt - Math.round(now / 1000) * 1000) / 1000),
		...renewed,
	};
}
