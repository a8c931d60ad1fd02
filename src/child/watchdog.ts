import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Socket } from "node:net";
import { backoffDelay, type Clock, type Log } from "../kernel/mod.ts";
import type { Watchdog } from "./ports.ts";
import { MARK_NAME, NODE_SCRIPT, SHELL_SCRIPT } from "./watchdog-script.ts";

/** Name under which `ps` shows it. */
const NAME = "keyturn-watchdog";
const RESTART = { minMs: 100, maxMs: 10_000 };

/** Ways of running a watchdog: the first that starts is used. */
export const WATCHDOG_PROGRAMS: readonly (readonly [string, ...string[]])[] = [
	["/bin/sh", "-c", SHELL_SCRIPT, NAME],
	[process.execPath, "--disable-sigusr1", "-e", NODE_SCRIPT, NAME],
];

export interface WatchdogDeps {
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	/** Where the shell finds `sleep`; all of the environment that the watchdog gets. */
	readonly path: string;
	readonly programs?: typeof WATCHDOG_PROGRAMS;
}

/**
 * A process of its own that outlives the agent by as long as it takes to end the agent's children.
 *
 * It hangs on a pipe that the kernel closes whatever ends the agent, `kill -9` included. Node has no
 * PR_SET_PDEATHSIG, which would not reach grandchildren either.
 */
export class PipeWatchdog implements Watchdog {
	readonly #deps: WatchdogDeps;
	readonly #known = new Map<number, string>();
	readonly #closed = new AbortController();
	#process: ChildProcess | undefined;
	#failures = 0;

	constructor(deps: WatchdogDeps) {
		this.#deps = deps;
	}

	/** Process id of the watchdog, for tests and `doctor`. */
	get pid(): number | undefined {
		return this.#process?.pid;
	}

	open(): void {
		this.#process = this.#start();
		if (this.#process === undefined) this.#reopen();
		for (const line of this.#known.values()) this.#tell(line);
	}

	announce(stop: {
		readonly stopSignal: NodeJS.Signals;
		readonly stopTimeoutMs: number;
	}): Record<string, string> {
		const mark = randomUUID();
		this.#tell(`? ${mark} ${orderOf(stop)}\n`);
		return { [MARK_NAME]: mark };
	}

	watch(pgid: number, stop: { readonly stopSignal: NodeJS.Signals; readonly stopTimeoutMs: number }): void {
		const line = `+ ${pgid} ${orderOf(stop)}\n`;
		this.#known.set(pgid, line);
		this.#tell(line);
	}

	forget(pgid: number): void {
		this.#known.delete(pgid);
		this.#tell(`- ${pgid}\n`);
	}

	close(): void {
		this.#closed.abort();
		this.#process?.stdin?.end();
	}

	/** A stream on a pipe tries to write at once: the line is in the kernel's hands when this returns. */
	#tell(line: string): void {
		const pipe = this.#process?.stdin;
		if (pipe?.writable) pipe.write(line);
	}

	#start(): ChildProcess | undefined {
		for (const [program, ...args] of this.#deps.programs ?? WATCHDOG_PROGRAMS) {
			const child = spawn(program, args, {
				detached: true, // out of reach of Ctrl-C
				stdio: ["pipe", "ignore", "ignore"],
				env: { PATH: this.#deps.path },
				cwd: "/",
			});
			child.on("error", () => {}); // told apart by its lack of a process id
			if (child.pid === undefined) continue;
			child.once("exit", () => this.#reopen());
			child.stdin.on("error", () => {}); // it has died: `exit` comes too
			child.unref();
			if (child.stdin instanceof Socket) child.stdin.unref();
			return child;
		}
		return undefined;
	}

	/** It is gone while it should not be. */
	#reopen(): void {
		this.#process = undefined;
		const { clock, random, log } = this.#deps;
		const { signal } = this.#closed;
		if (signal.aborted) return;
		log.write("warn", "child", { msg: "watchdog is gone; starting another", tries: this.#failures });
		const wait = clock.sleep(backoffDelay(this.#failures++, RESTART, random), signal);
		wait.then(
			() => this.open(),
			() => {}, // closed
		);
	}
}

/** Name of the stop signal, and the tenths of a second until SIGKILL. */
function orderOf(stop: { readonly stopSignal: NodeJS.Signals; readonly stopTimeoutMs: number }): string {
	return `${stop.stopSignal.slice("SIG".length)} ${Math.ceil(stop.stopTimeoutMs / 100)}`;
}
