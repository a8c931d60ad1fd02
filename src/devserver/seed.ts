import { AgentError, ExitCode } from "../kernel/mod.ts";
import type { Answer } from "./answer.ts";
import type { Core } from "./core.ts";
import { dispatch } from "./dispatch.ts";
import type { JsonObject } from "./json-object.ts";
import type { Namespace } from "./namespaces/namespace.ts";
import { plantCerts, plantPki } from "./plant-certificates.ts";
import { plantJwt, plantKubernetes } from "./plant-logins.ts";

/** Settings in the words of the API, by name. */
export type SettingsByName = Readonly<Record<string, JsonObject>>;

/** What a server for development starts with. */
export interface Seed {
	/** Values by path: `secret/data/llm/openai` or, as the CLI writes it, `secret/llm/openai`. */
	readonly secrets?: Readonly<Record<string, JsonObject>>;
	/** Policy text, HCL or JSON, by name. */
	readonly policies?: Readonly<Record<string, string>>;
	/** Role settings of the API by name, and beside them `role_id` and `secret_id` to choose both. */
	readonly approles?: SettingsByName;
	/** Role settings of the cert method by name; whom they trust is the server's own CA unless `certificate` says otherwise. */
	readonly certs?: SettingsByName;
	readonly pki?: {
		/** Role settings of the API by name, e.g. `{ allowed_domains: "example.internal", allow_subdomains: true }`. */
		readonly roles?: SettingsByName;
	};
	/** Roles of `database/`, where no database is; it is mounted when there is one to plant. */
	readonly database?: {
		/** Settings of the API by name, e.g. `{ default_ttl: "1h", max_ttl: "24h" }`. */
		readonly roles?: SettingsByName;
		/** The same, e.g. `{ rotation_period: "1h" }`; the user has the role's name unless `username` says otherwise. */
		readonly static_roles?: SettingsByName;
	};
	readonly kubernetes?: {
		/** Role settings of the API by name; for the service account of that name in `default` unless they say otherwise. */
		readonly roles?: SettingsByName;
	};
	readonly jwt?: {
		/** Settings of the API, e.g. `{ jwt_validation_pubkeys: "-----BEGIN PUBLIC KEY-----…" }`. */
		readonly config?: JsonObject;
		/** Role settings of the API by name; `role_type` is `jwt` and `user_claim` is `sub` unless they say otherwise. */
		readonly roles?: SettingsByName;
	};
	/** What stands in a namespace, by its name; KV v2 is mounted at `secret/` when there are secrets for it. */
	readonly namespaces?: Readonly<Record<string, Seed>>;
}

/** What a client needs to log in with a seeded role. */
export interface SeededRole {
	readonly roleId: string;
	/** Empty for a role that takes none. */
	readonly secretId: string;
}

/** A write that has to work. */
type Write = (path: string, body: JsonObject) => Answer;

/** Where a seed is planted. */
export interface Ground {
	readonly core: Core;
	readonly namespace: Namespace;
	readonly write: Write;
}

/**
 * Writes the seed through the API, as an operator would.
 *
 * @returns the ids of the seeded AppRoles by name, with the path of the namespace before it: `team-a/gateway`
 * @throws AgentError naming the path that was refused, and why
 */
export function plant(core: Core, rootToken: string, seed: Seed): Record<string, SeededRole> {
	return plantIn(core.namespaces.root, { core, rootToken, seed });
}

interface Sowing {
	readonly core: Core;
	readonly rootToken: string;
	readonly seed: Seed;
}

function plantIn(namespace: Namespace, { core, rootToken, seed }: Sowing): Record<string, SeededRole> {
	const write = writer(core, namespace, rootToken);
	const ground = { core, namespace, write };
	for (const [name, policy] of Object.entries(seed.policies ?? {}))
		write(`sys/policies/acl/${name}`, { policy });
	for (const [path, data] of Object.entries(seed.secrets ?? {})) plantSecret(ground, path, data);
	if (seed.certs) plantCerts(ground, seed.certs);
	if (seed.pki) plantPki(ground, seed.pki.roles ?? {});
	if (seed.database) plantDatabase(ground, seed.database);
	if (seed.kubernetes) plantKubernetes(ground, seed.kubernetes.roles ?? {});
	if (seed.jwt) plantJwt(ground, seed.jwt);
	const below = Object.entries(seed.namespaces ?? {}).map(([name, inner]) => {
		write(`sys/namespaces/${name}`, {});
		const { namespace: child } = core.namespaces.descend(namespace, `${name}/`);
		return plantIn(child, { core, rootToken, seed: inner });
	});
	return Object.assign(plantRoles(ground, seed.approles ?? {}), ...below) as Record<string, SeededRole>;
}

function writer(core: Core, namespace: Namespace, token: string): Write {
	return (path, body) => {
		const answer = dispatch(core, {
			method: "POST",
			path,
			query: new URLSearchParams(),
			contentType: "",
			namespace: namespace.path,
			wrapTtl: "",
			body: JSON.stringify(body),
			token,
		});
		if (answer.status < 300) return answer;
		const { errors } = answer.body as { errors: readonly string[] };
		throw new AgentError(`Cannot seed "${namespace.path}${path}": ${errors.join("; ").trim()}`, {
			code: "E_DEV_SEED",
			exitCode: ExitCode.usage,
			rows: { do: "mend what the seed says there" },
		});
	};
}

function plantRoles({ namespace, write }: Ground, roles: SettingsByName): Record<string, SeededRole> {
	const entries = Object.entries(roles);
	if (entries.length > 0 && !namespace.mounts.get("auth/approle/"))
		write("sys/auth/approle", { type: "approle" });
	return Object.fromEntries(
		entries.map(([name, settings]) => [`${namespace.path}${name}`, plantRole(write, name, settings)]),
	);
}

function plantSecret({ namespace, write }: Ground, path: string, data: JsonObject): void {
	// The root namespace has it from the start.
	if (path.startsWith("secret/") && !namespace.mounts.get("secret/"))
		write("sys/mounts/secret", { type: "kv-v2" });
	const mount = namespace.mounts.match(path);
	if (mount?.options?.["version"] !== "2") {
		write(path, data);
		return;
	}
	const below = path.slice(mount.path.length);
	write(`${mount.path}data/${below.replace(/^data\//, "")}`, { data });
}

/** What a role says of itself wins over what is said here for it. */
function plantDatabase({ namespace, write }: Ground, seed: NonNullable<Seed["database"]>): void {
	if (!namespace.mounts.get("database/")) write("sys/mounts/database", { type: "database" });
	write("database/config/dev", { plugin_name: "none", allowed_roles: "*" });
	for (const [name, settings] of Object.entries(seed.roles ?? {}))
		write(`database/roles/${name}`, { db_name: "dev", ...settings });
	for (const [name, settings] of Object.entries(seed.static_roles ?? {}))
		write(`database/static-roles/${name}`, { db_name: "dev", username: name, ...settings });
}

function plantRole(write: Write, name: string, { secret_id, ...settings }: JsonObject): SeededRole {
	write(`auth/approle/role/${name}`, { role_id: name, ...settings });
	const roleId = typeof settings["role_id"] === "string" ? settings["role_id"] : name;
	if (settings["bind_secret_id"] === false) return { roleId, secretId: "" };
	const answer =
		typeof secret_id === "string"
			? write(`auth/approle/role/${name}/custom-secret-id`, { secret_id })
			: write(`auth/approle/role/${name}/secret-id`, {});
	const { data } = answer.body as { data: { secret_id: string } };
	return { roleId, secretId: data.secret_id };
}
