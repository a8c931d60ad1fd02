import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startDevServer } from "../../src/devserver/mod.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { Tolerance } from "./matcher.ts";

/** A server that the recorded exchanges are played against. */
export interface Target extends AsyncDisposable {
	readonly address: string;
	readonly rootToken: string;
	readonly tolerance: Tolerance;
	/** Lets this much time pass, for the server. */
	readonly pass: (ms: number) => Promise<void>;
}

export interface TargetKind {
	readonly name: string;
	readonly open: () => Promise<Target>;
	/** A server that may be sealed; absent where the only one is not ours. */
	readonly openToSeal?: () => Promise<Target>;
}

const ROOT_TOKEN = "contract-root";
const START = Date.UTC(2026, 10, 21, 10, 25, 12, 34);

/** The embedded server, and a real one where there is one: VAULT_TEST_ADDR, or `bao` or `vault` on PATH. */
export function targetKinds(): TargetKind[] {
	const embedded = { name: "embedded server", open: openEmbedded, openToSeal: openEmbedded };
	const binary = ["bao", "vault"].map(findOnPath).find((path) => path !== undefined);
	const spawned = binary === undefined ? undefined : () => openBinary(binary);
	const toSeal = spawned === undefined ? {} : { openToSeal: spawned };
	const address = process.env["VAULT_TEST_ADDR"];
	if (address) return [embedded, { name: address, open: () => openExternal(address), ...toSeal }];
	return spawned === undefined ? [embedded] : [embedded, { name: binary ?? "", open: spawned, ...toSeal }];
}

async function openEmbedded(): Promise<Target> {
	const clock = new FakeClock(START);
	const server = await startDevServer({ clock, rootToken: ROOT_TOKEN });
	return {
		address: server.address,
		rootToken: server.rootToken,
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
		tolerance: await realTolerance(address),
		pass: (ms) => delay(ms),
		[Symbol.asyncDispose]: async () => undefined,
	};
}

async function openBinary(path: string): Promise<Target> {
	const port = await freePort();
	const address = `http://127.0.0.1:${port}`;
	const flags = [
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
		await eventually(async () => {
			const headers = { "X-Vault-Token": ROOT_TOKEN };
			const reply = await fetch(`${address}/v1/secret/config`, { headers });
			if (reply.status !== 200) throw new Error(`${path} answers ${reply.status}`);
		});
		return {
			address,
			rootToken: ROOT_TOKEN,
			tolerance: await realTolerance(address),
			pass: (ms) => delay(ms),
			[Symbol.asyncDispose]: stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Vault lacks what OpenBao added, and words a few refusals in its own way. */
async function realTolerance(address: string): Promise<Tolerance> {
	const reply = await fetch(`${address}/v1/sys/health`);
	const { replication_performance_mode: mode, enterprise } = (await reply.json()) as Record<string, unknown>;
	const isVault = enterprise !== undefined || mode === undefined;
	if (!isVault) return { mayMiss: new Set(), ownWords: [], seconds: 2 };
	return {
		mayMiss: new Set(["current_metadata_version", "metadata_cas_required"]),
		ownWords: [/strconv\.ParseInt/, /failed to decode JSON input/, /If using the OpenBao CLI/],
		seconds: 2,
	};
}

function findOnPath(name: string): string | undefined {
	const folders = (process.env["PATH"] ?? "").split(delimiter);
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return port;
}
