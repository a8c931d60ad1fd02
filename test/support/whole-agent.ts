import { readFileSync, statSync } from "node:fs";
import type { LookupFunction } from "node:net";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import type { World } from "../../src/cli/world.ts";
import type { DevServerOptions } from "../../src/devserver/mod.ts";
import type { Log } from "../../src/kernel/mod.ts";
import type { StatusReport } from "../../src/status/mod.ts";
import { askStatus } from "./ask-status.ts";
import { eventually } from "./eventually.ts";
import { FakeClock } from "./fake-clock.ts";
import { type Folder, folder } from "./folder.ts";
import type { Line } from "./recording-log.ts";
import { trafficSettled } from "./traffic.ts";
import { openVault, type Vault } from "./vault.ts";
import { virtualWorld } from "./virtual-world.ts";

/** A request that the agent has made, or tried to make. */
export interface Tried {
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly method: string;
	readonly path: string;
	/** 0 for no answer. */
	readonly status: number;
}

/** A file as it lies on the disk: two that are equal have not been touched in between. */
export interface FileState {
	readonly text: string;
	readonly inode: bigint;
	readonly changedNs: bigint;
}

/** The whole program but for `main.ts`, in this process: real files, real sockets, a real child, virtual time. */
export interface WholeAgent {
	/** Resolves, without any virtual time, when it is ready: at first much of it is still to be loaded. */
	ready(): Promise<void>;
	/** Lets time pass, and everybody do what falls into it. */
	pass(ms: number): Promise<void>;
	/** Lets time pass until the probe no longer throws. @returns how long that was, in milliseconds */
	passUntil(probe: () => void | Promise<void>, withinMs: number): Promise<number>;
	/** Requests since then. */
	tried(sinceMs?: number): readonly Tried[];
	/** Messages of an event. */
	said(event: string): readonly string[];
	readonly lines: readonly (Line & { readonly at: number })[];
	status(): Promise<StatusReport>;
	file(name: string): FileState;
	/** Sends the agent a signal. */
	signal(name: NodeJS.Signals): void;
	/** Its exit code. */
	readonly ended: Promise<number>;
}

export interface Stage {
	readonly clock: FakeClock;
	readonly vault: Vault;
	readonly place: Folder;
	/** Time does not wait for requests for this path: the server never answers them. */
	readonly hold: (path: string) => void;
	/** Starts an agent with this config file; its paths are those of the folder. */
	start(settings: object, surroundings?: { readonly lookup?: LookupFunction }): WholeAgent;
}

/** A server and a folder, on a clock that stands still. */
export async function openStage(options: Partial<DevServerOptions> = {}): Promise<Stage> {
	const { settled, hold, forget } = trafficSettled();
	onTestFinished(forget);
	// Certificates are judged by the real time.
	const clock = new FakeClock(Math.floor(Date.now() / 1000) * 1000, settled);
	const vault = await openVault({ clock: clock.outside, ...options });
	const place = folder();
	return {
		clock,
		vault,
		place,
		hold,
		start: (settings, surroundings = {}) => startWhole({ clock, vault, place, settings, surroundings }),
	};
}

interface Terms extends Pick<Stage, "clock" | "vault" | "place"> {
	readonly settings: object;
	readonly surroundings: Pick<World, "lookup">;
}

function startWhole({ clock, vault, place, settings, surroundings }: Terms): WholeAgent {
	const socket = place.at("agent.sock");
	const base = {
		vault: { address: vault.address },
		listener: { address: `unix:${socket}` },
		log: { level: "trace", format: "json" },
		watch: false,
	};
	const file = place.write("agent.yaml", JSON.stringify({ ...base, ...settings }));
	const lines: (Line & { readonly at: number })[] = [];
	const log: Log = {
		write: (level, event, line) => void lines.push({ level, event, ...line, at: clock.now() }),
	};
	const { world, signal } = virtualWorld({
		clock,
		log,
		argv: ["start", "-c", file],
		env: {
			PATH: process.env["PATH"],
			VAULT_ROLE_ID: vault.roleId,
			VAULT_SECRET_ID: vault.secretId,
		},
		cwd: place.path,
	});
	const ended = runCli({ ...world, ...surroundings });
	const pass = async (ms: number) => await clock.advance(ms);
	onTestFinished(async () => {
		signal("SIGTERM");
		const over = ended.then(() => true);
		while (!(await Promise.race([over, pass(100)]))) await pass(0);
	});
	return {
		ready: async () =>
			await eventually(async () => {
				await pass(0);
				const report = await askStatus(socket);
				if (!report.ready) throw new Error(`not ready: ${JSON.stringify(report.missing)}\n${wordsOf(lines)}`);
			}),
		pass,
		passUntil: async (probe, withinMs) => await passUntil(clock, probe, withinMs),
		tried: (since = 0) =>
			lines.filter(({ event, at }) => event === "request" && at >= since).map((line) => triedOf(line)),
		said: (event) => lines.filter((line) => line.event === event).map(({ msg }) => msg),
		lines,
		status: async () => await askStatus(socket),
		file: (name) => stateOf(place.at(name)),
		signal,
		ended,
	};
}

function wordsOf(lines: readonly Line[]): string {
	return lines.map(({ event, msg }) => `${event} ${msg}`).join("\n");
}

/** Steps in which time passes while something is waited for, in milliseconds: the first is no time at all. */
const STEP_MS = 250;

/** What the agent loads meanwhile, such as a room that it has not needed before, takes real time: it is waited for at the end. */
async function passUntil(
	clock: FakeClock,
	probe: () => void | Promise<void>,
	withinMs: number,
): Promise<number> {
	const from = clock.now();
	for (let step = 0; ; step = STEP_MS) {
		await clock.advance(step);
		try {
			await probe();
			return clock.now() - from;
		} catch {
			if (clock.now() - from >= withinMs) break;
		}
	}
	await eventually(async () => {
		await clock.advance(0);
		await probe();
	});
	return clock.now() - from;
}

function triedOf(line: Line & { readonly at: number }): Tried {
	const { at, method, path, status } = line;
	return { at, method: String(method), path: String(path), status: typeof status === "number" ? status : 0 };
}

function stateOf(path: string): FileState {
	const { ino, mtimeNs } = statSync(path, { bigint: true });
	return { text: readFileSync(path, "utf8"), inode: ino, changedNs: mtimeNs };
}
