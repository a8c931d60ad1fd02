import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Ready, Seen } from "./embedded-server.ts";
import { Running } from "./process.ts";

/** A server with a KV v2 mount at `secret/`, and a role that may read it, and `database/`, too. */
export interface Server extends AsyncDisposable {
	/** As it stands in the table. */
	readonly name: string;
	readonly address: string;
	readonly roleId: string;
	readonly secretId: string;
	/** For programs that cannot log in by AppRole. */
	readonly token: string;
	/** Writes a new version. */
	write(path: string, data: Readonly<Record<string, string>>): Promise<void>;
	/** Sets up credentials with leases of so many seconds, renewable for an hour. @returns their path */
	lend(seconds: number): Promise<string>;
	/** What the server has seen since it was last asked; absent where it does not tell. */
	readonly seen?: () => Promise<Seen>;
}

/** Starts the embedded server, in its own process. */
export async function embeddedServer(): Promise<Server> {
	const child = fork(join(import.meta.dirname, "embedded-server.ts"), { execArgv: [] });
	const answer = async () => ((await once(child, "message")) as [unknown])[0];
	const { address, rootToken } = (await answer()) as Ready;
	return {
		name: "embedded server",
		...(await provision(address, rootToken)),
		seen: async () => {
			const reply = answer();
			child.send("seen");
			return (await reply) as Seen;
		},
		[Symbol.asyncDispose]: async () => {
			child.disconnect();
			await once(child, "exit");
		},
	};
}

/** Starts `bao` or `vault` as a development server. */
export async function realServer(program: string, name: string, folder: string): Promise<Server> {
	const port = await freePort();
	const rootToken = "bench-root";
	const flags = [`-dev-root-token-id=${rootToken}`, `-dev-listen-address=127.0.0.1:${port}`];
	const args = ["server", "-dev", "-dev-no-store-token", ...flags];
	const running = new Running({ program, args, env: {}, log: join(folder, `${name}-server.log`) });
	const address = `http://127.0.0.1:${port}`;
	// Mounts come after the listener.
	const isReady = async () => (await call(address, rootToken, "GET secret/config")).ok;
	for (let tries = 0; !(await isReady().catch(() => false)); tries++) {
		if (tries > 200) throw new Error(`${name} does not come up`);
		await delay(50);
	}
	return {
		name: `${name} server`,
		...(await provision(address, rootToken)),
		[Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
	};
}

async function provision(address: string, rootToken: string) {
	const ask = async (request: string, body?: object) => {
		const reply = await call(address, rootToken, request, body);
		const text = await reply.text();
		if (!reply.ok) throw new Error(`${request}: ${reply.status} ${text}`);
		return text === "" ? {} : (JSON.parse(text) as Reply);
	};
	const policy = ["secret/data/*", "database/creds/*"].map(
		(path) => `path "${path}" { capabilities = ["read"] }`,
	);
	await ask("PUT sys/policies/acl/bench", { policy: policy.join("\n") });
	await ask("POST sys/auth/approle", { type: "approle" });
	await ask("POST auth/approle/role/bench", { token_policies: "bench", token_ttl: "1h" });
	const role = await ask("GET auth/approle/role/bench/role-id");
	const issued = await ask("POST auth/approle/role/bench/secret-id", {});
	const [role_id, secret_id] = [role.data?.["role_id"] ?? "", issued.data?.["secret_id"] ?? ""];
	const login = await ask("POST auth/approle/login", { role_id, secret_id });
	return {
		address,
		roleId: role_id,
		secretId: secret_id,
		token: login.auth?.client_token ?? "",
		write: async (path: string, data: Readonly<Record<string, string>>) =>
			void (await ask(`POST ${path}`, { data })),
		lend: async (seconds: number) => {
			await ask("POST sys/mounts/database", { type: "database" });
			await ask("POST database/config/none", { plugin_name: "none", allowed_roles: "*" });
			const ttl = { default_ttl: `${seconds}s`, max_ttl: "1h" };
			await ask("POST database/roles/bench", { db_name: "none", creation_statements: ["none"], ...ttl });
			return "database/creds/bench";
		},
	};
}

interface Reply {
	readonly data?: Readonly<Record<string, string>>;
	readonly auth?: { readonly client_token: string };
}

// oxlint-disable-next-line max-params -- a request as it is said
async function call(address: string, token: string, request: string, body?: object): Promise<Response> {
	const [method = "", path = ""] = request.split(" ");
	const headers = { "X-Vault-Token": token, "X-Vault-Request": "true" };
	return await fetch(`${address}/v1/${path}`, {
		method,
		headers,
		...(body && { body: JSON.stringify(body) }),
	});
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, "127.0.0.1");
	await once(probe, "listening");
	const { port } = probe.address() as AddressInfo;
	probe.close();
	await once(probe, "close");
	return port;
}
