import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../test/support/free-port.ts";
import { type Bench, freshFolder, type Group, type Result, writeSecrets } from "../context.ts";
import { connections, latencies, throughput } from "../http-load.ts";
import { layOut, writeLogin } from "../job.ts";
import { findOnPath, Running } from "../process.ts";
import { embeddedServer } from "../server.ts";
import { median } from "../stats.ts";

const CHILD = join(import.meta.dirname, "..", "answers-1k.mjs");
const LAUNCHER = join(import.meta.dirname, "..", "..", "bin", "agent.cjs");

const CONNECTIONS = 50;
const MODES = ["http", "tcp"] as const;
/** As a gateway: it waits for somebody else most of the time. */
const WAIT_MS = 5;

/** What it costs that the agent stands before the child, in each of its two modes, and what haproxy would cost there. */
export const passThrough: Group = {
	name: "pass-through",
	async measure(bench) {
		await using stack = new AsyncDisposableStack();
		const results: Result[] = [];
		for (const waitMs of [0, WAIT_MS]) {
			const straight = await startChild(stack, waitMs);
			for (const mode of MODES) {
				const ours = await startAgent(bench, stack, { mode, waitMs });
				const peer = await startHaproxy(bench, stack, { mode, to: straight });
				const through = new Map([[bench.ours.name, ours.port], ...peer]);
				results.push(...(await compare(bench, { straight, through, mode, waitMs })));
				if (waitMs === 0) results.push(await growth(bench, { mode, ...ours }));
			}
		}
		return results;
	},
};

interface Lanes {
	readonly straight: number;
	/** Ports, by the name of who stands there. */
	readonly through: ReadonlyMap<string, number>;
	readonly mode: string;
	readonly waitMs: number;
}

/** What a way to the child has shown, run by run. */
class Lane {
	readonly port: number;
	readonly rates: number[] = [];
	readonly tails: number[] = [];

	constructor(port: number) {
		this.port = port;
	}
}

/** In turn, so that what else the machine does hits all. */
async function compare({ options }: Bench, { straight, through, mode, waitMs }: Lanes): Promise<Result[]> {
	const direct = new Lane(straight);
	const others = new Map([...through].map(([name, port]) => [name, new Lane(port)]));
	const seconds = options.isQuick ? 1 : 3;
	for (let run = 0; run < (options.isQuick ? 2 : 5); run++) {
		for (const lane of [direct, ...others.values()]) {
			lane.rates.push(await throughput(lane.port, CONNECTIONS, seconds));
			lane.tails.push(tail(await latencies(lane.port, 500)));
		}
	}
	const each = (value: (lane: Lane) => number) =>
		new Map([...others].map(([name, lane]) => [name, value(lane)]));
	const child = waitMs === 0 ? "a child that answers at once" : `a child that takes ${waitMs} ms`;
	return [
		{
			row: `requests straight for each through (pass: ${mode}), ${child}`,
			unit: "×",
			goal: 1.25,
			values: each(({ rates }) => median(direct.rates) / median(rates)),
		},
		{ row: "requests per second through", unit: "/s", values: each(({ rates }) => median(rates)) },
		{
			row: `p99 added with little load (pass: ${mode}), ${child}`,
			unit: "ms",
			goal: 1,
			values: each(({ tails }) => median(tails) - median(direct.tails)),
		},
	];
}

function tail(sorted: readonly number[]): number {
	return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

interface Agent {
	readonly port: number;
	readonly running: Running;
}

/** What the agent has grown by, once it is warm. */
async function growth(
	{ options, ours }: Bench,
	{ port, running, mode }: Agent & { readonly mode: string },
): Promise<Result> {
	const count = options.isQuick ? 10_000 : 100_000;
	await connections(port, 20_000);
	const before = running.rssMiB;
	await connections(port, count);
	const grown = Math.max(0, running.rssMiB - before);
	const row = `memory grown over ${count} connections (pass: ${mode})`;
	return { row, unit: "MiB", goal: 5, values: new Map([[ours.name, grown]]) };
}

/** @returns its name and port, where it is on PATH */
async function startHaproxy(
	bench: Bench,
	stack: AsyncDisposableStack,
	{ mode, to }: { readonly mode: string; readonly to: number },
): Promise<readonly (readonly [string, number])[]> {
	const program = findOnPath("haproxy");
	if (program === undefined) return [];
	const port = await freePort();
	const folder = freshFolder(bench, `haproxy-${mode}`);
	layOut(folder, []);
	const file = join(folder, "haproxy.cfg");
	const lines = [
		"global\n  nbthread 1", // as many as keyturn has
		`defaults\n  mode ${mode}\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s`,
		`frontend public\n  bind 127.0.0.1:${port}\n  default_backend child`,
		`backend child\n  server child 127.0.0.1:${to}\n`,
	];
	writeFileSync(file, lines.join("\n"));
	stack.use(new Running({ program, args: ["-f", file], env: {}, log: join(folder, "log") }));
	await answering(port);
	return [["haproxy", port]];
}

async function startChild(stack: AsyncDisposableStack, waitMs: number): Promise<number> {
	const port = await freePort();
	const child = spawn(process.execPath, [CHILD], {
		env: { PORT: String(port), WAIT_MS: String(waitMs) },
		stdio: "inherit",
	});
	stack.defer(() => void child.kill());
	await answering(port);
	return port;
}

async function startAgent(
	bench: Bench,
	stack: AsyncDisposableStack,
	{ mode, waitMs }: { readonly mode: string; readonly waitMs: number },
): Promise<Agent> {
	const server = stack.use(await embeddedServer());
	const folder = freshFolder(bench, `pass-${mode}`);
	layOut(folder, []);
	const [path] = await writeSecrets(server, 1);
	const { roleFile, secretFile } = writeLogin({ server, folder, templates: [], once: false });
	const port = await freePort();
	const config = {
		vault: { address: server.address },
		auto_auth: {
			method: "approle",
			config: {
				role_id_file_path: roleFile,
				secret_id_file_path: secretFile,
				remove_secret_id_file_after_reading: false,
			},
		},
		env: { API_KEY: `${path}#api_key` },
		exec: {
			command: [process.execPath, CHILD],
			on_change: "rolling",
			listen: `127.0.0.1:${port}`,
			ready: mode === "http" ? { http: "/" } : { tcp: true },
			pass: mode,
		},
	};
	const file = join(folder, "agent.yaml");
	writeFileSync(file, JSON.stringify(config));
	const args = [LAUNCHER, "start", "-c", file, "--log-format", "json"];
	const env = { WAIT_MS: String(waitMs) };
	const running = new Running({ program: process.execPath, args, env, log: join(folder, "log") });
	stack.use(running);
	await answering(port);
	return { port, running };
}

async function answering(port: number): Promise<void> {
	for (const deadline = performance.now() + 20_000; performance.now() < deadline; await delay(20)) {
		const reply = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
		if (reply?.ok === true) return;
	}
	throw new Error("the child does not answer");
}
