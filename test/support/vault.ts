import { onTestFinished } from "vitest";
import { type DevServer, type DevServerOptions, type Seed, startDevServer } from "../../src/devserver/mod.ts";
import { systemClock } from "../../src/kernel/mod.ts";

type Fields = NonNullable<Seed["secrets"]>[string];

/** The embedded server with a role that may read `secret/data/llm/*` and, but for TLS, `kv/llm/*` (KV v1). */
export interface Vault {
	readonly server: DevServer;
	readonly address: string;
	readonly roleId: string;
	readonly secretId: string;
	/** What a user sets to log in with the role. */
	readonly env: Readonly<Record<string, string>>;
	/** Writes a secret past all faults: `secret/data/llm/x` on KV v2, `kv/llm/x` on KV v1. */
	put(path: string, data: Fields): void;
	/** A request as root. @returns the body's `data` */
	send(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
	/** Requests up to now whose path begins so. */
	count(path: string): number;
}

const READER = `
path "secret/data/llm/*" { capabilities = ["read"] }
path "secret/metadata/llm/*" { capabilities = ["read", "list"] }
path "kv/llm/*" { capabilities = ["read"] }
`;

export const ROLE_ID = "5f1c7a52-0000-4000-8000-planted-role";
export const SECRET_ID = "c4e1b6d0-0000-4000-8000-planted-secret-id";

/** A started server; closed after the test. */
export async function openVault(options: Partial<DevServerOptions> = {}): Promise<Vault> {
	const server = await startDevServer({ clock: systemClock, ...options });
	onTestFinished(async () => {
		await server.close();
	});
	const send = async (method: string, path: string, body?: object) => {
		const reply = await fetch(`${server.address}/v1/${path}`, {
			method,
			headers: { "X-Vault-Token": server.rootToken },
			...(body && { body: JSON.stringify(body) }),
		});
		const text = await reply.text();
		if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
		const parsed = (text === "" ? {} : JSON.parse(text)) as { data?: Record<string, unknown> };
		return parsed.data ?? {};
	};
	// Its own requests know no CA.
	if (!options.tls) await send("POST", "sys/mounts/kv", { type: "kv", options: { version: "1" } });
	server.seed({
		policies: { reader: READER },
		approles: { gateway: { token_policies: ["reader"], role_id: ROLE_ID, secret_id: SECRET_ID } },
	});
	return {
		server,
		address: server.address,
		roleId: ROLE_ID,
		secretId: SECRET_ID,
		env: { VAULT_ADDR: server.address, VAULT_ROLE_ID: ROLE_ID, VAULT_SECRET_ID: SECRET_ID },
		put: (path, data) => void server.seed({ secrets: { [path]: data } }),
		send,
		count: (path) => server.requests.entries.filter((entry) => entry.path.startsWith(path)).length,
	};
}
