import { ApiError, listedError } from "../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { listOf } from "../engines/listing.ts";
import { type Route, type RouteCall, route } from "../routes.ts";
import { currentTerms, grantToken } from "../tokens/role-tokens.ts";
import { describeKubernetesConfig, type KubernetesConfig, readKubernetesConfig } from "./config.ts";
import { inspect } from "./login.ts";
import { describeKubernetesRole, type KubernetesRole, readKubernetesRole } from "./role.ts";

/** Kubernetes auth (https://developer.hashicorp.com/vault/api-docs/auth/kubernetes); namespace selectors are not built. */
export class KubernetesEngine implements Engine {
	readonly #roles = new Map<string, KubernetesRole>();
	#config: KubernetesConfig | undefined;

	readonly #routes: readonly Route[] = [
		{ pattern: /^login$/, on: { update: (call) => this.#login(call) } },
		{
			pattern: /^config$/,
			on: {
				read: () => this.#config && { data: describeKubernetesConfig(this.#config) },
				update: ({ request }) => void (this.#config = readKubernetesConfig(request.fields)),
			},
		},
		{ pattern: /^role\/?$/, on: listOf(this.#roles) },
		{
			pattern: /^role\/(?<name>[^/]+)$/,
			on: {
				read: ({ params }) => this.#readRole(params["name"] ?? ""),
				update: ({ request, params }) => this.#writeRole(params["name"] ?? "", request),
				delete: ({ params }) => void this.#roles.delete(params["name"]?.toLowerCase() ?? ""),
			},
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

	#readRole(name: string): Reply | undefined {
		const role = this.#roles.get(name.toLowerCase());
		return role && { data: describeKubernetesRole(role) };
	}

	#writeRole(name: string, { fields }: EngineRequest): undefined {
		const key = name.toLowerCase();
		this.#roles.set(key, readKubernetesRole(fields, this.#roles.get(key)));
	}

	#login({ request, context }: RouteCall): Reply {
		const name = request.fields.text("role") ?? "";
		if (name === "") throw new ApiError(400, "missing role");
		const jwt = request.fields.text("jwt") ?? "";
		if (jwt === "") throw new ApiError(400, "missing jwt");
		const role = this.#roles.get(name.toLowerCase());
		if (!role) throw new ApiError(400, `invalid role name "${name}"`);
		const config = this.#config;
		if (!config) throw listedError(500, "could not load backend configuration");
		const { serviceAccounts: cluster, clock } = context.core;
		const account = inspect(jwt, { role, config, cluster, now: clock.now() });
		const isByName = role.alias_name_source === "serviceaccount_name";
		return grantToken(request, context, {
			tokens: role.tokens,
			alias: isByName ? `${account.namespace}/${account.name}` : account.uid,
			displayName: `${account.namespace}-${account.name}`,
			metadata: {
				role: name,
				service_account_name: account.name,
				service_account_namespace: account.namespace,
				service_account_secret_name: "",
				service_account_uid: account.uid,
			},
			renewTerms: () => currentTerms(this.#roles.get(name.toLowerCase()), name),
		});
	}
}
