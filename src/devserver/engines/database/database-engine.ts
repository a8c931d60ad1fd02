import { ApiError, listedError } from "../../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../../engine.ts";
import type { LeaseTerms } from "../../leases/lease.ts";
import { type Route, type RouteCall, route } from "../../routes.ts";
import { listOf } from "../listing.ts";
import { type Connection, describeConnection, isAllowed, readConnection } from "./connection.ts";
import { newPassword, newUsername } from "./credentials.ts";
import { describeDynamicRole, type DynamicRole, readDynamicRole } from "./dynamic-role.ts";
import {
	afterRotations,
	describeStaticCredentials,
	describeStaticRole,
	readStaticTerms,
	type StaticRole,
} from "./static-role.ts";

/**
 * Database credentials without a database (https://developer.hashicorp.com/vault/api-docs/secret/databases):
 * names and passwords are made up and open nothing. Which of them are live says `LIST sys/leases/lookup/<mount>/creds/<role>`.
 */
export class DatabaseEngine implements Engine {
	readonly #connections = new Map<string, Connection>();
	readonly #roles = new Map<string, DynamicRole>();
	readonly #staticRoles = new Map<string, StaticRole>();

	readonly #routes: readonly Route[] = [
		{ pattern: /^config\/?$/, on: listOf(this.#connections) },
		{
			pattern: /^config\/(?<name>[\w.-]+)$/,
			on: {
				read: ({ params }) => found(this.#connections.get(params["name"] ?? ""), describeConnection),
				update: (call) => this.#writeConnection(call),
				delete: ({ params }) => void this.#connections.delete(params["name"] ?? ""),
			},
		},
		{ pattern: /^rotate-root\/(?<name>[\w.-]+)$/, on: { update: (call) => this.#rotateRoot(call) } },
		{ pattern: /^roles\/?$/, on: listOf(this.#roles) },
		{
			pattern: /^roles\/(?<name>[\w.-]+)$/,
			on: {
				read: ({ params }) => found(this.#roles.get(params["name"] ?? ""), describeDynamicRole),
				update: (call) => this.#writeRole(call),
				delete: ({ params }) => void this.#roles.delete(params["name"] ?? ""),
			},
		},
		{ pattern: /^creds\/(?<name>[\w.-]+)$/, on: { read: (call) => this.#lend(call) } },
		{ pattern: /^static-roles\/?$/, on: listOf(this.#staticRoles) },
		{
			pattern: /^static-roles\/(?<name>[\w.-]+)$/,
			on: {
				read: (call) => found(this.#staticRole(call), describeStaticRole),
				update: (call) => this.#writeStaticRole(call),
				delete: ({ params }) => void this.#staticRoles.delete(params["name"] ?? ""),
			},
		},
		{ pattern: /^static-creds\/(?<name>[\w.-]+)$/, on: { read: (call) => this.#showStatic(call) } },
		{ pattern: /^rotate-role\/(?<name>[\w.-]+)$/, on: { update: (call) => this.#rotateNow(call) } },
	];

	exists(path: string): boolean {
		const [folder, name = ""] = path.split("/");
		if (folder === "config") return this.#connections.has(name);
		if (folder === "roles") return this.#roles.has(name);
		return folder !== "static-roles" || this.#staticRoles.has(name);
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}

	#writeConnection({ request, params }: RouteCall): undefined {
		const name = params["name"] ?? "";
		this.#connections.set(name, readConnection(request.fields, this.#connections.get(name)));
	}

	#writeRole({ request, params }: RouteCall): undefined {
		const name = params["name"] ?? "";
		if (this.#staticRoles.has(name)) throw notUnique();
		this.#roles.set(name, readDynamicRole(request.fields, this.#roles.get(name)));
	}

	#lend({ request, context, params }: RouteCall): Reply {
		const name = params["name"] ?? "";
		const role = this.#roles.get(name);
		if (!role) throw unknownRole(name);
		this.#checkAllowed(role.db_name, name);
		const { leases, ids, clock } = context.core;
		const grant = leases.issue(request, { ...lifeOf(role), renewTerms: () => this.#renewTerms(name) });
		const displayName = request.caller?.displayName ?? "";
		const username = newUsername(ids, { displayName, role: name, now: clock.now() });
		return { data: { username, password: newPassword(ids) }, ...grant };
	}

	#renewTerms(name: string): LeaseTerms {
		const role = this.#roles.get(name);
		if (role) return lifeOf(role);
		const cause = `error during renew: could not find role with name "${name}"`;
		throw new ApiError(400, `failed to renew entry: resp: (*logical.Response)(nil) err: ${cause}`);
	}

	#writeStaticRole(call: RouteCall): undefined {
		const name = call.params["name"] ?? "";
		if (this.#roles.has(name)) throw notUnique();
		const before = this.#staticRole(call);
		const terms = readStaticTerms(call.request.fields, before);
		this.#checkAllowed(terms.dbName, name);
		const { ids, clock } = call.context.core;
		const { password, rotatedAt } = before ?? { password: newPassword(ids), rotatedAt: clock.now() };
		this.#staticRoles.set(name, { ...terms, password, rotatedAt });
	}

	#showStatic(call: RouteCall): Reply {
		const name = call.params["name"] ?? "";
		const role = this.#staticRole(call);
		if (!role) throw unknownRole(name);
		this.#checkAllowed(role.dbName, name);
		return { data: describeStaticCredentials(role, call.context.core.clock.now()) };
	}

	#rotateNow(call: RouteCall): undefined {
		const role = this.#staticRole(call);
		if (!role) throw new ApiError(400, "no static role found for role name");
		const { ids, clock } = call.context.core;
		const rotated = { ...role, password: newPassword(ids), rotatedAt: clock.now() };
		this.#staticRoles.set(call.params["name"] ?? "", rotated);
	}

	/** With every rotation that was due by now. */
	#staticRole({ context, params }: RouteCall): StaticRole | undefined {
		const name = params["name"] ?? "";
		const role = this.#staticRoles.get(name);
		if (!role) return undefined;
		const { ids, clock } = context.core;
		const current = afterRotations(role, clock.now(), () => newPassword(ids));
		this.#staticRoles.set(name, current);
		return current;
	}

	/** Checked and no more: nobody can ever see the password of a database that is not there. */
	#rotateRoot({ params }: RouteCall): undefined {
		const { connection_details: details } = this.#connection(params["name"] ?? "");
		if (details["username"] === undefined)
			throw listedError(500, "unable to rotate root credentials: no username in configuration");
	}

	#checkAllowed(dbName: string, role: string): void {
		if (!isAllowed(this.#connection(dbName), role))
			throw listedError(500, `"${role}" is not an allowed role`);
	}

	#connection(name: string): Connection {
		const connection = this.#connections.get(name);
		if (!connection) throw listedError(500, `failed to find entry for connection with name: "${name}"`);
		return connection;
	}
}

function found<T>(entry: T | undefined, describe: (entry: T) => Reply["data"] & object): Reply | undefined {
	return entry === undefined ? undefined : { data: describe(entry) };
}

function lifeOf(role: DynamicRole): LeaseTerms {
	return { ttl: role.default_ttl, maxTtl: role.max_ttl };
}

function unknownRole(name: string): ApiError {
	return new ApiError(400, `unknown role: ${name}`);
}

function notUnique(): ApiError {
	return new ApiError(400, "Role and Static Role names must be unique");
}
