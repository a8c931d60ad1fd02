import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { onTestFinished } from "vitest";
import { eventually } from "./eventually.ts";
import { findOnPath } from "./find-on-path.ts";
import type { Folder } from "./folder.ts";
import { freePort } from "./free-port.ts";
import { ROLE_ID, SECRET_ID } from "./vault.ts";

/** `bao` or `vault` on PATH, if there is one. */
export const realVaultBinary = ["bao", "vault"].map(findOnPath).find((path) => path !== undefined);

/** A real server with its data on disk, and the role of the embedded one. */
export interface RealVault {
	readonly address: string;
	readonly env: Readonly<Record<string, string>>;
	/** A request as root that has to work. @returns the body */
	send(request: string, body?: object): Promise<Record<string, unknown>>;
	/** Writes below `secret/data/`. */
	put(path: string, data: Readonly<Record<string, string>>): Promise<void>;
	/** `kill -9`, SIGSTOP, SIGCONT. */
	signal(name: NodeJS.Signals): void;
	/** Starts it again after it was killed, and opens it. */
	restart(): Promise<void>;
	/** The same, but everything that it held is lost, and it is set up anew. */
	startAnew(): Promise<void>;
	/** Opens it after it was sealed. */
	unseal(): Promise<void>;
}

const READER = 'path "secret/data/llm/*" { capabilities = ["read"] }';

interface Keys {
	readonly rootToken: string;
	readonly unsealKey: string;
}

/** A started server, initialized and set up; ended after the test. */
export async function openRealVault(binary: string, place: Folder): Promise<RealVault> {
	const port = await freePort();
	const address = `http://127.0.0.1:${port}`;
	const storage = place.at("vault-data");
	const config = place.write(
		"vault.hcl",
		`storage "file" { path = "${storage}" }
listener "tcp" {
  address = "127.0.0.1:${port}"
  tls_disable = true
}
disable_mlock = true
api_addr = "${address}"
`,
	);
	let server: ChildProcess | undefined;
	const start = () => {
		server = spawn(binary, ["server", `-config=${config}`], { stdio: "ignore" });
	};
	onTestFinished(async () => {
		const ended = new Promise((resolve) => server?.once("exit", resolve));
		if (server?.exitCode === null && server.signalCode === null && server.kill("SIGKILL")) await ended;
	});
	const ask = async (request: string, token: string, body?: object) => {
		const [method = "", path = ""] = request.split(" ");
		const reply = await fetch(`${address}/v1/${path}`, {
			method,
			headers: { "X-Vault-Token": token },
			...(body && { body: JSON.stringify(body) }),
		});
		const text = await reply.text();
		if (!reply.ok) throw new Error(`${request}: ${reply.status} ${text}`);
		return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
	};
	let keys: Keys = { rootToken: "", unsealKey: "" };
	const send = async (request: string, body?: object) => await ask(request, keys.rootToken, body);
	const unseal = async () => {
		await ask("PUT sys/unseal", "", { key: keys.unsealKey });
		await eventually(() => send("GET sys/mounts"));
	};
	const startAnew = async () => {
		rmSync(storage, { recursive: true, force: true });
		start();
		keys = await eventually(() => initialize(ask));
		await unseal();
		await setUp(send);
	};
	await startAnew();
	return {
		address,
		env: { VAULT_ADDR: address, VAULT_ROLE_ID: ROLE_ID, VAULT_SECRET_ID: SECRET_ID },
		send,
		put: async (path, data) => void (await send(`POST ${path}`, { data })),
		signal: (name) => void server?.kill(name),
		restart: async () => {
			start();
			await eventually(unseal);
		},
		startAnew,
		unseal,
	};
}

type Ask = (request: string, token: string, body?: object) => Promise<Record<string, unknown>>;

async function initialize(ask: Ask): Promise<Keys> {
	const body = await ask("PUT sys/init", "", { secret_shares: 1, secret_threshold: 1 });
	return { rootToken: String(body["root_token"]), unsealKey: String((body["keys"] as string[])[0]) };
}

async function setUp(send: RealVault["send"]): Promise<void> {
	await send("POST sys/mounts/secret", { type: "kv", options: { version: "2" } });
	await send("PUT sys/policies/acl/reader", { policy: READER });
	await send("POST sys/auth/approle", { type: "approle" });
	await send("POST auth/approle/role/gateway", { token_policies: "reader", role_id: ROLE_ID });
	await send("POST auth/approle/role/gateway/role-id", { role_id: ROLE_ID });
	await send("POST auth/approle/role/gateway/custom-secret-id", { secret_id: SECRET_ID });
	// A version of KV 2 is set up in the background.
	await eventually(() => send("POST secret/data/llm/ready", { data: { is: "so" } }));
}
