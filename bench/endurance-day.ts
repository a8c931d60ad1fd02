import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { queryObjects } from "node:v8";
import { runCli } from "../src/cli/program.ts";
import { startDevServer } from "../src/devserver/mod.ts";
import { settleDown, staySmall } from "../src/heap.ts";
import { Secret } from "../src/kernel/mod.ts";
import { FakeClock } from "../test/support/fake-clock.ts";
import { trafficSettled } from "../test/support/traffic.ts";
import { virtualWorld } from "../test/support/virtual-world.ts";

// A whole agent lives through a day in virtual time, with its server in the same process: a rotation a minute, a child
// that is told of each, leases, tokens that end every hour, somebody who asks how it is. Run with --expose-gc; the
// argument is the hours after which it looks at itself, and what it sees goes to standard output as JSON.

/** What the process holds at some hour. */
export interface Look {
	readonly hour: number;
	/** After a whole garbage collection. */
	readonly heapMiB: number;
	readonly files: number;
	/** Of libuv: timers, sockets, processes. */
	readonly handles: number;
	/** Live objects by class. */
	readonly objects: Readonly<Record<string, number>>;
	/** Old and new values of the key that are still hidden in what is printed. */
	readonly hiddenKeys: number;
	/** What the server knows of the agent. */
	readonly leases: number;
	readonly tokens: number;
	readonly secrets: number;
	readonly outstanding: number;
	/** Up to now. */
	readonly rotations: number;
	readonly logins: number;
	readonly credentials: number;
}

const MINUTE = 60_000;
const REQUEST_TIMEOUT_MS = 2000;
const OPENAI = "secret/data/llm/openai";
const POLICY = `
path "secret/data/llm/*" { capabilities = ["read"] }
path "database/creds/*" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;

const folder = mkdtempSync(join(tmpdir(), "keyturn-day-"));
const { settled } = trafficSettled();
const clock = new FakeClock(Math.floor(Date.now() / 1000) * 1000, settled);
const server = await startDevServer({ clock: clock.outside });
const counts = new Map<string, number>();
const { world, signal } = virtualWorld({
	clock,
	log: { write: (_level, event) => void counts.set(event, (counts.get(event) ?? 0) + 1) },
	argv: ["start", "-c", join(folder, "agent.yaml")],
	env: { PATH: process.env["PATH"], VAULT_ROLE_ID: "day", VAULT_SECRET_ID: "planted-secret-id" },
	cwd: folder,
});
const socketPath = join(folder, "agent.sock");

try {
	const hours = (process.argv[2] ?? "1,12,24").split(",").map(Number);
	seed();
	const ended = runCli({ ...world, loadHeap });
	while (!(await isReady())) await clock.advance(0);
	const looks: Look[] = [];
	for (let minute = 1; minute <= Math.max(...hours) * 60; minute++) {
		await clock.advance(MINUTE);
		rotate(minute);
		clock.sleeps.length = 0; // what the tools of the measurement have kept
		server.requests.reset();
		if (minute % 15 === 0) await ask("/metrics");
		if (hours.includes(minute / 60)) looks.push(await look(minute));
	}
	process.stdout.write(`${JSON.stringify(looks)}\n`);
	signal("SIGTERM");
	while ((await Promise.race([ended, clock.advance(1000)])) === undefined);
} finally {
	await server.close();
	rmSync(folder, { recursive: true, force: true });
}

function seed(): void {
	server.seed({
		policies: { day: POLICY },
		approles: {
			day: { token_policies: "day", secret_id: "planted-secret-id", token_ttl: "20m", token_max_ttl: "1h" },
		},
		database: { roles: { app: { default_ttl: "6m", max_ttl: "20m" } } },
		secrets: { [OPENAI]: { api_key: keyOf(0) }, "secret/data/llm/azure": { api_key: "az" } },
	});
	const template = (path: string, destination: string, onChange: unknown) => ({
		contents: `{{#secret "${path}"}}{{#each this}}{{@key}}={{this}}\n{{/each}}{{/secret}}`,
		destination,
		format: "text",
		on_change: onChange,
	});
	const config = {
		vault: { address: server.address, timeout: `${REQUEST_TIMEOUT_MS}ms` },
		auto_auth: { method: "approle", sinks: [{ path: "token" }] },
		listener: { address: `unix:${socketPath}` },
		watch: false,
		templates: [
			template(OPENAI, "openai.txt", { signal: "SIGWINCH" }),
			template("database/creds/app", "user.txt", { command: ["true"] }),
		],
		env: { AZURE: "secret/data/llm/azure#api_key" },
		exec: { command: ["sleep", "1000000"] },
	};
	writeFileSync(join(folder, "agent.yaml"), JSON.stringify(config));
}

/** As the program does it. Garbage is not collected after each rotation, which would take half of the time. */
async function loadHeap() {
	return await Promise.resolve({ settleDown, staySmall, collectGarbage: () => undefined });
}

/** The key every minute, by which the child gets a signal; every hour what it is restarted for. */
function rotate(minute: number): void {
	const secrets = { [OPENAI]: { api_key: keyOf(minute) } };
	if (minute % 60 === 1) Object.assign(secrets, { "secret/data/llm/azure": { api_key: `az-${minute}` } });
	server.seed({ secrets });
}

function keyOf(minute: number): string {
	return `sk-planted-${String(minute).padStart(6, "0")}-0123456789abcdefghijklmnopqrstuvwxyz`;
}

async function look(minute: number): Promise<Look> {
	const { secrets, notifications } = JSON.parse(await ask("/v1/status")) as Status;
	await delay(REQUEST_TIMEOUT_MS * 1.5); // the deadlines of requests run by real time, answered or not
	for (let round = 0; round < 3; round++) {
		globalThis.gc?.();
		await delay(20); // finalizers take their turn after it
	}
	const classes = { Secret, AbortSignal, Map, Set, Promise, Object };
	const objects = Object.entries(classes).map(([name, one]) => [
		name,
		queryObjects(one, { format: "count" }),
	]);
	const keys = Array.from({ length: minute + 1 }, (_, index) => keyOf(index));
	const said = (event: string) => counts.get(event) ?? 0;
	return {
		hour: minute / 60,
		heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
		files: readdirSync("/proc/self/fd").length,
		handles: process.getActiveResourcesInfo().length,
		objects: Object.fromEntries(objects) as Record<string, number>,
		hiddenKeys: keys.filter((key) => world.redactor.clean(key) !== key).length,
		leases: await listed("sys/leases/lookup/database/creds/app"),
		tokens: await listed("auth/token/accessors"),
		secrets: secrets.length,
		outstanding: notifications.outstanding,
		rotations: said("rotated"),
		logins: said("login"),
		credentials: said("lease"),
	};
}

interface Status {
	readonly ready: boolean;
	readonly secrets: readonly unknown[];
	readonly notifications: { readonly outstanding: number };
}

async function isReady(): Promise<boolean> {
	return await ask("/v1/status").then(
		(text) => (JSON.parse(text) as Status).ready,
		() => false,
	);
}

async function ask(path: string): Promise<string> {
	return await new Promise((resolve, reject) => {
		const asking = request({ socketPath, path, agent: false }, (reply) => {
			let text = "";
			reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
			reply.on("end", () => resolve(text));
		});
		asking.on("error", reject);
		asking.end();
	});
}

async function listed(path: string): Promise<number> {
	const headers = { "X-Vault-Token": server.rootToken };
	const reply = await fetch(`${server.address}/v1/${path}?list=true`, { headers });
	const { data } = (await reply.json()) as { data: { keys: readonly string[] } };
	return data.keys.length;
}
