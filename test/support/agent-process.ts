import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { eventually } from "./eventually.ts";

/** One line of the agent's JSON log. */
export interface LogLine {
	readonly level: string;
	readonly event: string;
	readonly msg: string;
	readonly [field: string]: unknown;
}

export interface AgentOptions {
	/** Added to an environment that holds no more than PATH and HOME. */
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Runs this instead of Node itself; gets Node, launcher and arguments appended. */
	readonly through?: readonly string[];
	/** The Node that runs it; default this one. */
	readonly node?: string;
	readonly nodeFlags?: readonly string[];
}

/** The built agent as a process of its own. */
export interface AgentProcess {
	readonly pid: number;
	readonly process: ChildProcess;
	/** Everything on standard output up to now, of agent and child. */
	readonly stdout: () => string;
	readonly stderr: () => string;
	/** Exit code, 128+n when a signal ended it. */
	readonly ended: Promise<number>;
	readonly isRunning: () => boolean;
	readonly signal: (name: NodeJS.Signals) => void;
	/** Lines of the JSON log up to now. */
	readonly log: () => readonly LogLine[];
	/** Waits for the first log line of this event that fits. */
	readonly logged: (event: string, fits?: (line: LogLine) => boolean) => Promise<LogLine>;
}

export interface Ended {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
	readonly log: readonly LogLine[];
}

export const LAUNCHER = join(import.meta.dirname, "..", "..", "bin", "agent.cjs");

/** What every agent of a test gets, whatever the developer has set. */
const BASE_ENV = {
	PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
	HOME: "/nonexistent",
};

/**
 * What happens at once is done by then, on a machine that has much else to do; every timeout that might be waited for
 * by mistake is longer.
 */
export const SOON_MS = 5000;

/** Longest wait for an agent to end at the end of its test. */
const LONGEST_END_MS = 2000;

/** Starts the built agent; it is ended after the test, and with it what it has started. */
export function startAgent(args: readonly string[], options: AgentOptions = {}): AgentProcess {
	const { env = {}, cwd, through = [], node = process.execPath, nodeFlags = [] } = options;
	const [program = "", ...rest] = [...through, node, ...nodeFlags, LAUNCHER, ...args];
	const child = spawn(program, rest, {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...BASE_ENV, ...env },
		...(cwd !== undefined && { cwd }),
	});
	const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
	const ended = new Promise<number>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
	});
	// Asked first, as it then ends its child before the test's folder goes.
	onTestFinished(async () => {
		child.kill("SIGTERM");
		await Promise.race([ended, delay(LONGEST_END_MS, undefined, { ref: false })]);
		child.kill("SIGKILL");
	});
	const log = () => logLines(stderr());
	return {
		pid: child.pid ?? 0,
		process: child,
		stdout,
		stderr,
		ended,
		isRunning: () => child.exitCode === null && child.signalCode === null,
		signal: (name) => void child.kill(name),
		log,
		logged: (event, fits = () => true) =>
			eventually(() => {
				const line = log().find((each) => each.event === event && fits(each));
				if (line === undefined) throw new Error(`no "${event}" yet in:\n${stderr()}\n${stdout()}`);
				return line;
			}),
	};
}

/** Runs the built agent to its end. */
export async function runAgent(args: readonly string[], options: AgentOptions = {}): Promise<Ended> {
	const agent = startAgent(args, options);
	const code = await agent.ended;
	return { code, stdout: agent.stdout(), stderr: agent.stderr(), log: agent.log() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
	const chunks: Buffer[] = [];
	stream.on("data", (chunk: Buffer) => chunks.push(chunk));
	return () => Buffer.concat(chunks).toString("utf8");
}

function logLines(text: string): LogLine[] {
	return text
		.split("\n")
		.slice(0, -1)
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line) as LogLine);
}
