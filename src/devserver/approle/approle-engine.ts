import { ApiError, listedError } from "../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { listOf, listReply } from "../engines/listing.ts";
import { rfc3339 } from "../go-time.ts";
import { type Route, type RouteCall, route } from "../routes.ts";
import { login, type RoleFinder } from "./login.ts";
import { applyRole, describeRole, newRole, type Role } from "./role.ts";
import { issueSecretId } from "./issue-secret-id.ts";

/** AppRole (https://developer.hashicorp.com/vault/api-docs/auth/approle); bound CIDRs are not built. */
export class AppRoleEngine implements Engine, RoleFinder {
	readonly #roles = new Map<string, Role>();

	readonly #routes: readonly Route[] = [
		{ pattern: /^login$/, on: { update: ({ request, context }) => login(request, context, this) } },
		{ pattern: /^role\/?$/, on: listOf(this.#roles) },
		{
			pattern: /^role\/(?<role>[^/]+)$/,
			on: {
				read: (call) => this.#readRole(call),
				update: (call) => this.#writeRole(call),
				delete: ({ params }) => void this.#roles.delete(params["role"]?.toLowerCase() ?? ""),
			},
		},
		{
			pattern: /^role\/(?<role>[^/]+)\/role-id$/,
			on: {
				read: (call) => this.#readRoleId(call),
				update: (call) => this.#writeRoleId(call),
			},
		},
		{
			pattern: /^role\/(?<role>[^/]+)\/secret-id\/?$/,
			on: {
				update: (call) => issueSecretId(call, this.#role(call), call.context.core.ids.uuid()),
				list: (call) => this.#listSecretIds(call),
			},
		},
		{
			pattern: /^role\/(?<role>[^/]+)\/custom-secret-id$/,
			on: {
				update: (call) => issueSecretId(call, this.#role(call), call.request.fields.text("secret_id") ?? ""),
			},
		},
		{
			pattern: /^role\/(?<role>[^/]+)\/secret-id(?<by>-accessor)?\/lookup\/?$/,
			on: { update: (call) => this.#lookupSecretId(call) },
		},
		{
			pattern: /^role\/(?<role>[^/]+)\/secret-id(?<by>-accessor)?\/destroy\/?$/,
			on: { update: (call) => this.#destroySecretId(call), delete: (call) => this.#destroySecretId(call) },
		},
	];

	isOpen(path: string): boolean {
		return path === "login";
	}

	exists(path: string): boolean {
		const [, name = ""] = /^role\/([^/]+)$/.exec(path) ?? [];
		return name === "" || this.#roles.has(name.toLowerCase());
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}

	byId(roleId: string): Role | undefined {
		return [...this.#roles.values()].find((role) => role.roleId === roleId);
	}

	byName(name: string): Role | undefined {
		return this.#roles.get(name.toLowerCase());
	}

	#role({ params }: RouteCall): Role {
		const role = this.byName(params["role"] ?? "");
		if (!role) throw new ApiError(404, `role "${params["role"] ?? ""}" does not exist`);
		return role;
	}

	#readRole({ params }: RouteCall): Reply | undefined {
		const role = this.byName(params["role"] ?? "");
		return role && { data: describeRole(role) };
	}

	#writeRole({ request, context, params }: RouteCall): undefined {
		const name = (params["role"] ?? "").toLowerCase();
		const role = this.byName(name) ?? newRole(name, context.core.ids.uuid());
		applyRole(role, request.fields);
		this.#roles.set(name, role);
	}

	#readRoleId({ params }: RouteCall): Reply | undefined {
		const role = this.byName(params["role"] ?? "");
		return role && { data: { role_id: role.roleId } };
	}

	#writeRoleId(call: RouteCall): undefined {
		const roleId = call.request.fields.text("role_id") ?? "";
		if (roleId === "") throw new ApiError(400, "missing role_id");
		this.#role(call).roleId = roleId;
	}

	#listSecretIds(call: RouteCall): Reply {
		return listReply(
			this.#role(call).secretIds.accessors(call.context.core.clock.now()).toSorted(),
			call.request.fields,
		);
	}

	/** The secret id that a request names, by itself or by its accessor. */
	#secretId(call: RouteCall): string | undefined {
		const now = call.context.core.clock.now();
		const field = call.params["by"] === undefined ? "secret_id" : "secret_id_accessor";
		const value = call.request.fields.text(field) ?? "";
		if (value === "") throw new ApiError(400, `missing ${field}`);
		return field === "secret_id" ? value : this.#role(call).secretIds.valueOf(value, now);
	}

	#lookupSecretId(call: RouteCall): Reply | undefined {
		const value = this.#secretId(call);
		const entry = this.#role(call).secretIds.find(value ?? "", call.context.core.clock.now());
		if (!entry)
			return value === undefined ? { status: 404, data: { error: unknownAccessor(call) } } : undefined;
		const expiresAt = entry.ttl === 0 ? "0001-01-01T00:00:00Z" : rfc3339(entry.createdAt + entry.ttl * 1000);
		return {
			data: {
				cidr_list: [],
				creation_time: rfc3339(entry.createdAt),
				expiration_time: expiresAt,
				last_updated_time: rfc3339(entry.updatedAt),
				metadata: entry.metadata,
				secret_id_accessor: entry.accessor,
				secret_id_num_uses: entry.numUses,
				secret_id_ttl: entry.ttl,
				token_bound_cidrs: [],
			},
		};
	}

	#destroySecretId(call: RouteCall): undefined {
		const value = this.#secretId(call);
		if (value === undefined) throw listedError(500, unknownAccessor(call));
		this.#role(call).secretIds.remove(value);
	}
}

function unknownAccessor({ request }: RouteCall): string {
	return `failed to find accessor entry for secret_id_accessor: "${request.fields.text("secret_id_accessor") ?? ""}"`;
}
