import { execa } from "execa";
import { formatDuration } from "../../kernel/mod.ts";
import { notNotified } from "./not-notified.ts";

export interface Command {
	readonly command: readonly string[];
	readonly timeoutMs: number;
	/** The whole environment of the command. */
	readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a command of `on_change` without a shell. Its output is its own business and goes nowhere, for it may show what
 * it was given. After the timeout it is killed with everything that it has started.
 *
 * Reached by a dynamic import alone.
 *
 * @throws AgentError `E_NOT_NOTIFIED` unless it ended with 0; the signal's reason when aborted
 */
export async function runCommand({ command, timeoutMs, env }: Command, signal: AbortSignal): Promise<void> {
	const [program = "", ...args] = command;
	const result = await execa(program, args, {
		env,
		extendEnv: false,
		stdio: "ignore",
		timeout: timeoutMs,
		cancelSignal: signal,
		killSignal: "SIGKILL",
		killDescendants: true,
		reject: false,
		verbose: "none", // whatever NODE_DEBUG says
	});
	signal.throwIfAborted();
	if (result.timedOut) throw notNotified(program, `not done within ${formatDuration(timeoutMs)}`);
	if (result.failed)
		throw notNotified(program, `exit ${result.exitCode ?? result.signal ?? result.code ?? "unknown"}`);
}
