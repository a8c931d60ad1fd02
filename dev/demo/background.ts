import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const STOP_GRACE_MS = 3000;
/** How long the last lines of a process that has ended may take to arrive. */
const LAST_LINES_MS = 300;

/** Whatever ends the demo, also a bug, takes these along. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of running) child.kill("SIGTERM");
});

export interface BackgroundOptions {
	readonly env: Readonly<Record<string, string>>;
	/** Gets both outputs, until the end of the process. */
	readonly onLine: (line: string, from: "stdout" | "stderr") => void;
	readonly cwd?: string;
}

/** A process beside the demo. */
export interface Background {
	/** How it ended, such as `ended with 3`; undefined while it runs. */
	readonly ending: () => string | undefined;
	/** SIGTERM, and SIGKILL when that is not heard. */
	readonly stop: () => Promise<void>;
}

/** Starts a process in a session of its own: Ctrl-C reaches the demo alone, which then stops things in order. */
export function startInBackground(command: readonly string[], options: BackgroundOptions): Background {
	const [program = "", ...args] = command;
	const { env, onLine, cwd } = options;
	const child = spawn(program, args, {
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
		env: { ...env },
		...(cwd !== undefined && { cwd }),
	});
	running.add(child);
	let ending: string | undefined;
	for (const from of ["stdout", "stderr"] as const) {
		createInterface({ input: child[from] }).on("line", (line) => ending ?? onLine(line, from));
	}
	const ended = new Promise<void>((resolve) => {
		const end = (how: string) => {
			running.delete(child);
			ending ??= how;
			resolve();
		};
		child.once("error", (error) => end(`could not be started (${error.message})`));
		const exited = (code: number | null, signal: NodeJS.Signals | null) =>
			end(signal ? `was ended by ${signal}` : `ended with ${code}`);
		child.once("close", exited);
		child.once("exit", (code, signal) => setTimeout(() => exited(code, signal), LAST_LINES_MS).unref());
	});
	const killLater = async (signal: AbortSignal) => {
		await delay(STOP_GRACE_MS, undefined, { signal });
		child.kill("SIGKILL");
	};
	const stop = async () => {
		if (ending !== undefined) return;
		const stopped = new AbortController();
		child.kill("SIGTERM");
		await Promise.race([ended, killLater(stopped.signal).then(() => ended)]);
		stopped.abort();
	};
	return { ending: () => ending, stop };
}
