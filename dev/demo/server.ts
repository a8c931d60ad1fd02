import { randomUUID } from "node:crypto";
import { accessSync, appendFileSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { startDevServer } from "../../src/devserver/mod.ts";
import { systemClock } from "../../src/kernel/mod.ts";
import { startInBackground } from "./background.ts";
import { DemoError } from "./demo-error.ts";
import { cleanEnvironment } from "./environment.ts";
import { freePort } from "./free-port.ts";
import type { ServerKind } from "./options.ts";
import { until } from "./until.ts";
import { VaultAdmin } from "./vault-admin.ts";

/** A server to play with, empty but for KV v2 at `secret/`. */
export interface DemoServer {
	readonly address: string;
	readonly rootToken: string;
	/** What it is, for people. */
	readonly title: string;
	readonly close: () => Promise<void>;
}

interface Place {
	/** Where a real server's own log goes. */
	readonly folder: string;
	readonly signal: AbortSignal;
}

const START_MS = 5000;

/** @throws DemoError when there is no such server on PATH, or it does not come up */
export async function startServer(kind: ServerKind, place: Place): Promise<DemoServer> {
	if (kind !== "embedded") return await startReal(kind, place);
	const server = await startDevServer({ clock: systemClock });
	const { address, rootToken } = server;
	return { address, rootToken, title: "embedded, for development", close: () => server.close() };
}

async function startReal(kind: "bao" | "vault", { folder, signal }: Place): Promise<DemoServer> {
	const program = findOnPath(kind);
	const rootToken = randomUUID();
	const listen = `127.0.0.1:${await freePort()}`;
	const logFile = join(folder, `${kind}.log`);
	const onLine = (line: string) => appendFileSync(logFile, `${line}\n`, { mode: 0o600 });
	const background = startInBackground(
		[program, "server", "-dev", "-dev-no-store-token", `-dev-listen-address=${listen}`],
		// In the environment rather than a flag: command lines are there for everybody to read.
		{ onLine, env: { ...cleanEnvironment(), [`${kind.toUpperCase()}_DEV_ROOT_TOKEN_ID`]: rootToken } },
	);
	const admin = new VaultAdmin(`http://${listen}`, rootToken);
	const probe = async () => {
		const ending = background.ending();
		if (ending !== undefined) throw new DemoError(`${program} ${ending} before it was up; see ${logFile}`);
		return await admin.version();
	};
	const orElse = () => `${program} was not up within ${START_MS / 1000} s; see ${logFile}`;
	const close = () => background.stop();
	try {
		const version = await until(probe, { withinMs: START_MS, signal, orElse });
		return { address: admin.address, rootToken, title: `${kind} ${version}, development mode`, close };
	} catch (error) {
		await close();
		throw error;
	}
}

function findOnPath(name: string): string {
	for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
		const candidate = join(folder, name);
		try {
			accessSync(candidate, constants.X_OK);
			return candidate;
		} catch {
			// the next folder
		}
	}
	throw new DemoError(`there is no ${name} on PATH; install it, or leave --server out for the embedded one`);
}
