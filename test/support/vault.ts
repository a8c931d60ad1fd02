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
	/** The same, with the answer wrapped for a minute. @returns the wrapping token */
	wrap(path: string): Promise<string>;
	/** Mounts `auth/kubernetes` with a role `gateway` for the service account `ai/gateway` and the audience `vault`. */
	mountKubernetes(namespace?: string): Promise<void>;
	/** Mounts `auth/jwt` with a role `ci` for JWTs that this key has signed for `vault`; more bounds may be added. */
	mountJwt(publicKey: string, bounds?: object): Promise<void>;
	/** Requests up to now whose path begins so. */
	count(path: string): number;
}

interface Request {
	readonly method: string;
	readonly body?: object;
	readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
	readonly data?: Record<string, unknown>;
	readonly wrap_info?: { readonly token: string };
}

/** Of whom `mountKubernetes` lets in. */
export const GATEWAY_ACCOUNT = { namespace: "ai", serviceAccount: "gateway", audience: "vault" } as const;

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
	const ask = async (path: string, request: Request): Promise<Answer> => {
		const { method, body, headers } = request;
		const reply = await fetch(`${server.address}/v1/${path}`, {
			method,
			headers: { "X-Vault-Token": server.rootToken, ...headers },
			...(body && { body: JSON.stringify(body) }),
		});
		const text = await reply.text();
		if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
		return (text === "" ? {} : JSON.parse(text)) as Answer;
	};
	const send = async (method: string, path: string, body?: object) =>
		(await ask(path, { method, ...(body && { body }) })).data ?? {};
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
		wrap: async (path) => {
			const headers = { "X-Vault-Wrap-TTL": "60s" };
			return (await ask(path, { method: "POST", headers, body: {} })).wrap_info?.token ?? "";
		},
		mountKubernetes: async (namespace) => {
			const prefix = namespace === undefined ? "" : `${namespace}/`;
			const mount = `${prefix}auth/kubernetes`;
			await send("POST", `${prefix}sys/auth/kubernetes`, { type: "kubernetes" });
			await send("POST", `${mount}/config`, { kubernetes_host: "https://kubernetes.test" });
			await send("POST", `${mount}/role/gateway`, {
				bound_service_account_names: "gateway",
				bound_service_account_namespaces: "ai",
				audience: "vault",
				token_policies: "reader",
			});
		},
		mountJwt: async (publicKey, bounds = {}) => {
			await send("POST", "sys/auth/jwt", { type: "jwt" });
			await send("POST", "auth/jwt/config", { jwt_validation_pubkeys: [publicKey] });
			await send("POST", "auth/jwt/role/ci", {
				role_type: "jwt",
				user_claim: "sub",
				bound_audiences: ["vault"],
				token_policies: ["reader"],
				...bounds,
			});
		},
		count: (path) => server.requests.entries.filter((entry) => entry.path.startsWith(path)).length,
	};
}
