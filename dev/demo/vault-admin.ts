import { DemoError } from "./demo-error.ts";

/** Where the gateway's key is. */
export const SECRET_PATH = "secret/data/llm/openai";
export const ROLE = "gateway";

const TIMEOUT_MS = 3000;

/** What a client needs to log in with the role. */
export interface RoleIds {
	readonly roleId: string;
	readonly secretId: string;
}

/** The operator of the server: everything it does goes through the API, as by hand. */
export class VaultAdmin {
	readonly address: string;
	readonly #token: string;

	constructor(address: string, token: string) {
		this.address = address;
		this.#token = token;
	}

	/** An AppRole that may read the key and nothing else. */
	async makeRole(): Promise<RoleIds> {
		const policy = `path "${SECRET_PATH}" { capabilities = ["read"] }`;
		await this.#send("POST", `sys/policies/acl/${ROLE}`, { policy });
		await this.#send("POST", "sys/auth/approle", { type: "approle" });
		await this.#send("POST", `auth/approle/role/${ROLE}`, { token_policies: [ROLE], token_ttl: "1h" });
		const role = await this.#send("GET", `auth/approle/role/${ROLE}/role-id`);
		const secret = await this.#send("POST", `auth/approle/role/${ROLE}/secret-id`, {});
		return { roleId: String(role["role_id"]), secretId: String(secret["secret_id"]) };
	}

	/** @returns the version that was written */
	async writeKey(key: string): Promise<number> {
		return Number((await this.#send("POST", SECRET_PATH, { data: { api_key: key } }))["version"]);
	}

	/** @returns the server's version once it is up and unsealed */
	async version(): Promise<string | undefined> {
		try {
			const reply = await fetch(`${this.address}/v1/sys/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
			const { version } = (await reply.json()) as { version?: string };
			return reply.ok ? version : undefined;
		} catch {
			return undefined;
		}
	}

	async #send(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
		const { reply, text } = await this.#exchange(method, path, body).catch((cause: unknown) => {
			throw new DemoError(`the server did not answer ${method} ${path}`, { cause });
		});
		const { data = {}, errors } = (text === "" ? {} : JSON.parse(text)) as Envelope;
		if (!reply.ok) {
			throw new DemoError(`the server refused ${method} ${path}: ${errors?.join("; ") ?? reply.status}`);
		}
		return data;
	}

	async #exchange(method: string, path: string, body: object | undefined) {
		const reply = await fetch(`${this.address}/v1/${path}`, {
			method,
			headers: { "X-Vault-Token": this.#token },
			signal: AbortSignal.timeout(TIMEOUT_MS),
			...(body && { body: JSON.stringify(body) }),
		});
		return { reply, text: await reply.text() };
	}
}

interface Envelope {
	readonly data?: Record<string, unknown>;
	readonly errors?: readonly string[];
}
