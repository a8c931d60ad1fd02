import { execa } from "execa";
import type { Spawn, SpawnEnd } from "./ports.ts";

/** Starts real processes. Reached by a dynamic import alone, so that agents without a child never load it. */
export const spawnChild: Spawn = ([program, ...rest], env) => {
	const child = execa(program, rest, {
		env,
		extendEnv: false,
		stdio: "inherit",
		detached: true, // setsid: a session and a group of its own
		cleanup: false, // the watchdog does this also when the agent is killed
		buffer: false,
		reject: false,
		verbose: "none", // whatever NODE_DEBUG says
	});
	const ended = child.then(
		(result): SpawnEnd =>
			child.pid === undefined
				? { kind: "failed", error: asError(result.cause) }
				: { kind: "exited", code: result.exitCode, signal: result.signal },
	);
	return { pid: child.pid, ended };
};

function asError(cause: unknown): Error {
	return cause instanceof Error ? cause : new Error("Cannot start the child", { cause });
}
