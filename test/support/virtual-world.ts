import { readdirSync, readFileSync } from "node:fs";
import * as nodeFileSystem from "node:fs/promises";
import { systemProcesses } from "../../src/child/mod.ts";
import { textReader } from "../../src/cli/read-text.ts";
import type { Output, World } from "../../src/cli/world.ts";
import { type Log, Redactor, systemClock } from "../../src/kernel/mod.ts";
import type { FakeClock } from "./fake-clock.ts";
import { seededRandom } from "./seeded-random.ts";

export interface VirtualTerms extends Pick<World, "argv" | "env" | "cwd"> {
	readonly clock: FakeClock;
	readonly log: Log;
}

const SILENT: Output = { write: () => undefined, isTerminal: false, hasColor: false };

/** The world of a program in this process: real files, real processes, virtual time. */
export function virtualWorld({ clock, log, ...given }: VirtualTerms): {
	readonly world: World;
	/** Sends the program a signal. */
	readonly signal: (name: NodeJS.Signals) => void;
} {
	const handlers = new Map<NodeJS.Signals, () => void>();
	const path = process.env["PATH"] ?? "/usr/bin:/bin";
	const world: World = {
		programName: "agent",
		networkInterfaces: () => ({}),
		uid: process.getuid?.() ?? -1,
		self: { pid: process.pid, isRunning: () => false },
		version: "0.0.0",
		platform: { node: "24", v8: "13", platform: "linux", arch: "x64" },
		stdout: SILENT,
		stderr: SILENT,
		clock,
		random: seededRandom(),
		fs: nodeFileSystem,
		readText: textReader(systemClock),
		readFileSync: (name) => readFileSync(name, "utf8"),
		readPackageFile: (name) => readFileSync(name, "utf8"),
		tlsFiles: { readFile: (name) => readFileSync(name), readDirectory: (name) => readdirSync(name) },
		redactor: new Redactor(),
		makeLog: () => Promise.resolve(log),
		makeProcesses: () => Promise.resolve(systemProcesses({ clock, random: Math.random, log, path })),
		usage: () => ({ residentBytes: 0, cpuSeconds: 0, startedAt: 0 }),
		loadHeap: () =>
			Promise.resolve({
				staySmall: () => undefined,
				settleDown: () => undefined,
				collectGarbage: () => undefined,
			}),
		systemd: { notify: () => Promise.resolve(undefined), monotonicUsec: () => 0n },
		loadMachine: () => Promise.reject(new Error("no doctor here")),
		loadFileWatch: () => Promise.reject(new Error("nothing is watched")),
		loadDevFiles: () => Promise.reject(new Error("no development server here")),
		onSignal: (name, handler) => {
			handlers.set(name, handler);
			return () => void handlers.delete(name);
		},
		...given,
	};
	return { world, signal: (name) => handlers.get(name)?.() };
}
