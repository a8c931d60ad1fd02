import { AgentError, ExitCode } from "../kernel/mod.ts";
import type { Answer } from "./answer.ts";
import type { Core } from "./core.ts";
import { dispatch } from "./dispatch.ts";
import type { JsonObject } from "./json-object.ts";

/** What a server for development starts with. */
export interface Seed {
	/** Values by path: `secret/data/llm/openai` or, as the CLI writes it, `secret/llm/openai`. */
	readonly secrets?: Readonly<Record<string, JsonObject>>;
	/** Policy text, HCL or JSON, by name. */
	readonly policies?: Readonly<Record<string, string>>;
	/** Role settings of the API by name, and beside them `role_id` and `secret_id` to choose both. */
	readonly approles?: Readonly<Record<string, JsonObject>>;
	/** Roles of `database/`, where no database is; it is mounted when there is one to plant. */
	readonly database?: {
		/** Settings of the API by name, e.g. `{ default_ttl: "1h", max_ttl: "24h" }`. */
		readonly roles?: Readonly<Record<string, JsonObject>>;
		/** The same, e.g. `{ rotation_period: "1h" }`; the user has the role's name unless `username` says otherwise. */
		readonly static_roles?: Readonly<Record<string, JsonObject>>;
	};
}

/** What a client needs to log in with a seeded role. */
export interface SeededRole {
	readonly roleId: string;
	/** Empty for a role that takes none. */
	readonly secretId: string;
}

type Write = (path: string, body: JsonObject) => Answer;

/**
 * Writes the seed through the API, as an operator would.
 *
 * @returns the ids of the seeded roles, by name
 * @throws AgentError naming the path that was refused, and why
 */
export function plant(core: Core, rootToken: string, seed: Seed): Record<string, SeededRole> {
	const write: Write = (path, body) => {
		const call = {
			method: "POST",
			path,
			query: new URLSearchParams(),
			contentType: "",
			namespace: "",
			wrapTtl: "",
		};
		const answer = dispatch(core, { ...call, body: JSON.stringify(body), token: rootToken });
		if (answer.status < 300) return answer;
		const { errors } = answer.body as { errors: readonly string[] };
		throw new AgentError(`Cannot seed "${path}": ${errors.join("; ").trim()}`, {
			code: "E_DEV_SEED",
			exitCode: ExitCode.usage,
			rows: { do: "mend what the seed says there" },
		});
	};
	for (const [name, policy] of Object.entries(seed.policies ?? {}))
		write(`sys/policies/acl/${name}`, { policy });
	for (const [path, data] of Object.entries(seed.secrets ?? {})) plantSecret(core, write, { path, data });
	if (seed.database) plantDatabase(core, write, seed.database);
	const roles = Object.entries(seed.approles ?? {});
	if (roles.length > 0 && !core.namespaces.root.mounts.get("auth/approle/"))
		write("sys/auth/approle", { type: "approle" });
	return Object.fromEntries(roles.map(([name, settings]) => [name, plantRole(write, name, settings)]));
}

function plantSecret(core: Core, write: Write, { path, data }: { path: string; data: JsonObject }): void {
	const mount = core.namespaces.root.mounts.match(path);
	if (mount?.options?.["version"] !== "2") {
		write(path, data);
		return;
	}
	const below = path.slice(mount.path.length);
	write(`${mount.path}data/${below.replace(/^data\//, "")}`, { data });
}

/** What a role says of itself wins over what is said here for it. */
function plantDatabase(core: Core, write: Write, seed: NonNullable<Seed["database"]>): void {
	if (!core.namespaces.root.mounts.get("database/")) write("sys/mounts/database", { type: "database" });
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
