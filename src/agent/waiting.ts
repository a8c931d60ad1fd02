import { AgentError, ExitCode, formatDuration } from "../kernel/mod.ts";

/** What a start waits for, and the fault that makes it wait. */
export interface WaitingFor {
	readonly words: string;
	readonly error?: AgentError;
}

/**
 * The fault that ends a start.
 *
 * @param waitsForLogin a refused login is waited for as well: others may mend it meanwhile
 */
export function fatalOf(
	waiting: readonly { readonly error: AgentError | undefined }[],
	waitsForLogin: boolean,
): AgentError | undefined {
	return waiting
		.map(({ error }) => error)
		.filter((error) => error !== undefined)
		.find((error) => isLasting(error, waitsForLogin));
}

/** Whether waiting cannot mend it. */
export function isLasting({ remedy, exitCode }: AgentError, waitsForLogin: boolean): boolean {
	const isMended = waitsForLogin && exitCode === ExitCode.loginRefused;
	return remedy !== "retry" && !isMended;
}

/** The error for a start that did not come about in time: what was waited for, with its place and remedy. */
export function timedOut(ms: number, waitingFor: WaitingFor): AgentError {
	const { error, words } = waitingFor;
	const isUndelivered = error?.exitCode === ExitCode.undeliverable;
	return new AgentError(`timed out after ${formatDuration(ms)}; ${words}`, {
		code: isUndelivered ? error.code : "E_TIMEOUT",
		exitCode: isUndelivered ? ExitCode.undeliverable : ExitCode.timeout,
		rows: error?.rows ?? { do: "allow more time with --timeout" },
	});
}
