import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DevServer, type DevServerOptions, startDevServer } from "../../src/devserver/mod.ts";
import { type Clock, systemClock } from "../../src/kernel/mod.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { findOnPath } from "../support/find-on-path.ts";
import { callApi } from "./client.ts";
import type { Tolerance } from "./matcher.ts";
import { freePort } from "../support/free-port.ts";

/** A server that the recorded exchanges are played against. */
export interface Target extends AsyncDisposable {
	readonly address: string;
	readonly rootToken: string;
	readonly tolerance: Tolerance;
	/** What it takes the time from. */
	readonly clock: Clock;
	/** PEM; absent without TLS. */
	readonly caCert?: string | undefined;
	/** Of the embedded server, which is the cluster itself. */
	readonly issueServiceAccountToken?: DevServer["issueServiceAccountToken"];
	/** Lets this much time pass, for the server. */
	readonly pass: (ms: number) => Promise<void>;
}

export interface TargetKind {
	readonly name: string;
	readonly open: () => Promise<Target>;
	/** A server that may be sealed; absent where the only one is not ours. */
	readonly openToSeal?: () => Promise<Target>;
	/** A server with TLS, which asks for client certificates; absent where the only one is not ours. */
	readonly openTls?: () => Promise<Target>;
	/** A server with namespaces: Vault without a licence has none. */
	readonly openNamespaced?: () => Promise<Target>;
	/** PostgreSQL that its database engine may use; absent where there is none. */
	readonly postgres?: string;
}

const ROOT_TOKEN = "contract-root";
const START = Date.UTC(2026, 10, 21, 10, 25, 12, 34);

/**
 * The embedded server, and a real one where there is one: VAULT_TEST_ADDR, or `bao` or `vault` on PATH.
 * VAULT_TEST_POSTGRES is the URL of a PostgreSQL to throw away, as a superuser, for the real one's database engine.
 */
export function targetKinds(): TargetKind[] {
	const embedded = {
		name: "embedded server",
		open: () => openEmbedded(),
		openToSeal: () => openEmbedded(),
		openTls: () => openEmbedded({ tls: "own" }),
		openNamespaced: () => openEmbedded(),
		postgres: "postgresql://connected-to-by-nobody",
	};
	const binary = ["bao", "vault"].map(findOnPath).find((path) => path !== undefined);
	const spawned = binary === undefined ? undefined : () => openBinary(binary);
	const postgres = process.env["VAULT_TEST_POSTGRES"];
	const bao = findOnPath("bao");
	const also = {
		...(bao === undefined ? {} : { openNamespaced: () => openBinary(bao) }),
		...(spawned === undefined ? {} : { openToSeal: spawned }),
		...(binary === undefined ? {} : { openTls: () => openBinaryWithTls(binary) }),
		...(postgres ? { postgres } : {}),
	};
	const address = process.env["VAULT_TEST_ADDR"];
	if (address) return [embedded, { name: address, open: () => openExternal(address), ...also }];
	return spawned === undefined ? [embedded] : [embedded, { name: binary ?? "", open: spawned, ...also }];
}

async function openEmbedded(options: Partial<DevServerOptions> = {}): Promise<Target> {
	const clock = new FakeClock(START);
	const server = await startDevServer({ clock, rootToken: ROOT_TOKEN, ...options });
	return {
		address: server.address,
		clock,
		caCert: options.tls ? server.caCert : undefined,
		rootToken: server.rootToken,
		issueServiceAccountToken: (request) => server.issueServiceAccountToken(request),
		tolerance: { mayMiss: new Set(), ownWords: [], seconds: 0 },
		pass: (ms) => clock.advance(ms),
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/** Must be a server to throw away: the exchanges write to `secret/`, `kv1/` and `auth/approle/`. */
async function openExternal(address: string): Promise<Target> {
	return {
		address: address.replace(/\/$/, ""),
		rootToken: process.env["VAULT_TEST_TOKEN"] ?? "root",
		clock: systemClock,
		tolerance: await realTolerance(address),
		pass: (ms) => delay(ms),
		[Symbol.asyncDispose]: async () => undefined,
	};
}

async function openBinaryWithTls(path: string): Promise<Target> {
	const folder = mkdtempSync(join(tmpdir(), "keyturn-contract-"));
	const target = await openBinary(path, folder);
	return {
		...target,
		[Symbol.asyncDispose]: async () => {
			await target[Symbol.asyncDispose]();
			rmSync(folder, { recursive: true });
		},
	};
}

/** @param tlsFolder where it puts the CA of the TLS that it is to speak */
async function openBinary(path: string, tlsFolder?: string): Promise<Target> {
	const port = await freePort();
	const address = `${tlsFolder === undefined ? "http" : "https"}://127.0.0.1:${port}`;
	const flags = [
		...(tlsFolder === undefined ? [] : ["-dev-tls", `-dev-tls-cert-dir=${tlsFolder}`]),
		`-dev-root-token-id=${ROOT_TOKEN}`,
		`-dev-listen-address=127.0.0.1:${port}`,
		"-dev-no-store-token",
	];
	const child = spawn(path, ["server", "-dev", ...flags], { stdio: "ignore" });
	const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	const stop = async () => {
		child.kill("SIGKILL");
		await exited;
	};
	try {
		// "ready" is when `secret/` is there: it is mounted after the listener opens
		const caCert = await eventually(async () => {
			const ca = tlsFolder === undefined ? undefined : readFileSync(join(tlsFolder, "vault-ca.pem"), "utf8");
			const call = { method: "GET", path: "/v1/secret/config", token: ROOT_TOKEN };
			const reply = await callApi(address, { ...call, tls: ca === undefined ? undefined : { ca } });
			if (reply.status !== 200) throw new Error(`${path} answers ${reply.status}`);
			return ca;
		});
		return {
			address,
			rootToken: ROOT_TOKEN,
			clock: systemClock,
			caCert,
			tolerance: await realTolerance(address, caCert),
			pass: (ms) => delay(ms),
			[Symbol.asyncDispose]: stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Vault lacks what OpenBao added, and words a few refusals in its own way. */
async function realTolerance(address: string, ca?: string): Promise<Tolerance> {
	const call = { method: "GET", path: "/v1/sys/health", token: "" };
	const { body } = await callApi(address, { ...call, tls: ca === undefined ? undefined : { ca } });
	const { replication_performance_mode: mode, enterprise } = body as Record<string, unknown>;
	const isVault = enterprise !== undefined || mode === undefined;
	if (!isVault) return { mayMiss: new Set(), ownWords: [], seconds: 2 };
	return {
		mayMiss: new Set(["current_metadata_version", "metadata_cas_required"]),
		ownWords: [/strconv\.ParseInt/, /failed to decode JSON input/, /If using the OpenBao CLI/],
		seconds: 2,
	};
}
