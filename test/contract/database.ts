import { type ApiAnswer, callApi } from "./client.ts";
import type { Stage } from "./stage.ts";

const CREATE = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
const CREATE_FIXED = "DO $$ BEGIN CREATE ROLE fixed LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$";

/** A database engine of one's own with the recorded roles: model-server, short, and the static one, fixed. */
export async function prepareDatabase(stage: Stage, postgres: string): Promise<void> {
	const mounts = (await stage.root("GET sys/mounts")) as { data: Record<string, unknown> };
	if ("database/" in mounts.data) await stage.root("DELETE sys/mounts/database");
	await stage.root("POST sys/mounts/database", { type: "database" });
	await stage.root("POST database/config/postgres", {
		plugin_name: "postgresql-database-plugin",
		connection_url: postgres,
		allowed_roles: "*",
	});
	const role = { db_name: "postgres", creation_statements: CREATE };
	await stage.root("POST database/roles/model-server", { ...role, default_ttl: "1h", max_ttl: "24h" });
	await stage.root("POST database/roles/short", { ...role, default_ttl: "3s", max_ttl: "6s" });
	// a real database has to have the user before anybody can rotate its password
	await stage.root("POST database/roles/maker", { ...role, creation_statements: [CREATE, CREATE_FIXED] });
	await stage.root("GET database/creds/maker");
	const fixed = { db_name: "postgres", username: "fixed", rotation_period: "1h" };
	await stage.root("POST database/static-roles/fixed", fixed);
}

/** The answer to a read of `creds/<role>`. */
export interface Credentials {
	readonly lease_id: string;
	readonly lease_duration: number;
	readonly data: { readonly username: string; readonly password: string };
}

export interface Auth {
	readonly auth: { readonly client_token: string };
}

/** A client of the prepared database engine, and of the leases it makes. */
export class Lender {
	readonly #stage: Stage;

	constructor(stage: Stage) {
		this.#stage = stage;
	}

	/** A call that may be refused: `PUT sys/leases/lookup`. */
	call(request: string, token: string, body?: unknown): Promise<ApiAnswer> {
		const [method = "", path = ""] = request.split(" ");
		return callApi(this.#stage.target.address, { method, path: `/v1/${path}`, token, body });
	}

	asRoot(request: string, body?: unknown): Promise<ApiAnswer> {
		return this.call(request, this.#stage.target.rootToken, body);
	}

	/** A token that may read credentials, unless the terms say otherwise. */
	async bearer(terms: Record<string, unknown>): Promise<string> {
		const made = await this.#stage.root("POST auth/token/create", { policies: ["c-lent"], ...terms });
		return (made as Auth).auth.client_token;
	}

	async lend(role: string, token = this.#stage.target.rootToken): Promise<Credentials> {
		return (await this.call(`GET database/creds/${role}`, token)).body as Credentials;
	}

	/** What the server says of a lease. */
	async look({ lease_id }: Credentials): Promise<unknown> {
		return (await this.asRoot("PUT sys/leases/lookup", { lease_id })).body;
	}

	/** A role of the test's own, as `model-server` but for some settings. */
	async copyRole(name: string, over: Record<string, unknown> = {}): Promise<void> {
		const { data } = (await this.#stage.root("GET database/roles/model-server")) as { data: object };
		await this.#stage.root(`POST database/roles/${name}`, { ...data, ...over });
	}

	/** The ends of the ids of a role's live leases. */
	async listed(role: string): Promise<readonly string[]> {
		const { body } = await this.asRoot(`GET sys/leases/lookup/database/creds/${role}?list=true`);
		return (body as { data?: { keys: string[] } }).data?.keys ?? [];
	}
}
