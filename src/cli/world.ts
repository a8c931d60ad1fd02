import type { LookupFunction } from "node:net";
import type { systemProcesses } from "../child/mod.ts";
import type { Log, LogLevel, ProgramClock, Redactor } from "../kernel/mod.ts";
import type { FileSystem } from "../render/mod.ts";
import type { ProcessUsage } from "../status/mod.ts";
import type { openDevFiles } from "./dev/client-files.ts";
import type { Machine } from "./doctor/machine.ts";
import type { watchFiles } from "./serve/file-watch.ts";
import type { TemplateInputs } from "../template/mod.ts";
import type { TlsFiles } from "../vault/mod.ts";

/** Where text goes. */
export interface Output {
	write(text: string): void;
	readonly isTerminal: boolean;
	/** Colours are wanted: a terminal, and `NO_COLOR` (no-color.org) is not set. */
	readonly hasColor: boolean;
}

/** The program's own memory. */
export interface Heap {
	/** Keeps little of what bursts have needed. */
	staySmall(): void;
	/** The same, and trades speed that an agent does not need for memory. */
	settleDown(): void;
	/** Gives memory that is no longer needed back to the system; takes some 20 ms. */
	collectGarbage(): void;
}

/** What the program runs on. */
export interface Platform {
	readonly node: string;
	readonly v8: string;
	readonly platform: string;
	readonly arch: string;
}

/** Everything outside of the program; `main.ts` hands in the real one. */
export interface World {
	/** The name under which it was called, without folder: that of a link, where it was a link. */
	readonly programName: string;
	/** Without node and script. */
	readonly argv: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	readonly uid: number;
	/** The process of the program, and whether another one runs. */
	readonly self: { readonly pid: number; readonly isRunning: (pid: number) => boolean };
	readonly version: string;
	readonly platform: Platform;
	readonly stdout: Output;
	readonly stderr: Output;
	readonly clock: ProgramClock;
	readonly random: () => number;
	readonly fs: FileSystem;
	/** A text that the user names, from a file or a pipe; rejects as `fs.readFile` does. */
	readonly readText: (path: string) => Promise<string>;
	readonly readFileSync: (path: string, roots: readonly string[]) => string;
	/** A file that comes with the package, by its path in it. */
	readonly readPackageFile: (path: string) => string;
	readonly tlsFiles: TlsFiles;
	/** Finds the addresses of a host; the system's own when absent. */
	readonly lookup?: LookupFunction;
	readonly redactor: Redactor;
	/** @param copy gets every line that is written, without colours and without any secret */
	readonly makeLog: (
		level: LogLevel,
		format: "json" | "pretty",
		copy?: (line: string) => void,
	) => Promise<Log>;
	readonly makeProcesses: (log: Log) => Promise<ReturnType<typeof systemProcesses>>;
	/** The addresses of this machine, as `os.networkInterfaces()` has them. */
	readonly networkInterfaces: NonNullable<TemplateInputs["interfaces"]>;
	/** What the process has taken from the system up to now. */
	readonly usage: () => ProcessUsage;
	/** For agents that stay: an init container never needs it. */
	readonly loadHeap: () => Promise<Heap>;
	/** For a service that systemd has started. */
	readonly systemd: {
		/** Runs `systemd-notify`. @returns what went wrong; never rejects */
		notify(words: readonly string[]): Promise<string | undefined>;
		/** CLOCK_MONOTONIC, in microseconds. */
		monotonicUsec(): bigint;
	};
	/** For the doctor. */
	readonly loadMachine: () => Promise<Machine>;
	/** For agents that stay. */
	readonly loadFileWatch: () => Promise<typeof watchFiles>;
	/** For a development server with TLS. */
	readonly loadDevFiles: () => Promise<typeof openDevFiles>;
	/** @returns undoes it */
	readonly onSignal: (name: NodeJS.Signals, handler: () => void) => () => void;
}
