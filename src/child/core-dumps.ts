import { writeFileSync } from "node:fs";
import type { Spawn } from "./ports.ts";

/**
 * Children whose core dumps hold what they would without the agent, whose own hold no memory: a process has that from
 * the one that starts it.
 *
 * @param filter the bits of core(5)
 */
export function dumpingAsBefore(spawn: Spawn, filter: string): Spawn {
	return (command, environment) => {
		const started = spawn(command, environment);
		try {
			// Its own program runs by now: what is set here lasts, and those that it starts have it from it.
			if (started.pid !== undefined) writeFileSync(`/proc/${started.pid}/coredump_filter`, filter);
		} catch {
			// It has ended already, or is a program with rights of its own.
		}
		return started;
	};
}
