import { spawn } from "node:child_process";
import type { Spawn, SpawnEnd } from "./ports.ts";

/**
 * Starts real processes. Reached by a dynamic import alone, so that agents without a child never load it.
 *
 * Node's own `spawn`, because it returns right after the fork: a library that first sets up what it gives back leaves
 * some milliseconds in which the child runs and no watchdog knows of it.
 */
export const spawnChild: Spawn = ([program, ...rest], env) => {
	const { promise: ended, resolve } = Promise.withResolvers<SpawnEnd>();
	try {
		const child = spawn(program, rest, {
			env,
			stdio: "inherit",
			detached: true, // setsid: a session and a group of its own
		});
		child.once("error", (error) => resolve({ kind: "failed", error }));
		child.once("exit", (code, signal) => {
			resolve({ kind: "exited", code: code ?? undefined, signal: signal ?? undefined });
		});
		return { pid: child.pid, ended };
	} catch (error) {
		// Some faults (E2BIG) are thrown, others are events.
		resolve({ kind: "failed", error: error instanceof Error ? error : new Error("Cannot start the child") });
		return { pid: undefined, ended };
	}
};
