import { AgentError, ExitCode, formatDuration } from "../kernel/mod.ts";
import type { Publisher } from "./publisher.ts";
import type { Unit } from "./spec.ts";

/** What a start waits for, and the fault that makes it wait. */
export interface WaitingFor {
	readonly words: string;
	readonly error?: AgentError;
}

/**
 * What is still waited for; `undefined` when nothing is.
 *
 * @param waiting units that are required and have never been rendered
 */
export function waitingFor(
	waiting: readonly { readonly unit: Unit; readonly error: AgentError | undefined }[],
	{ lastFailure, isSettled }: Pick<Publisher, "lastFailure" | "isSettled">,
): WaitingFor | undefined {
	const [first] = waiting;
	if (first !== undefined) {
		const { error, unit } = first;
		return { words: `${unit.name}: ${error?.message ?? "not read yet"}`, ...(error && { error }) };
	}
	if (lastFailure !== undefined) return { words: lastFailure.message, error: lastFailure };
	return isSettled ? undefined : { words: "a notification has not been done yet" };
}

/** What is waited for although it does not pass by itself: others may mend it meanwhile. */
export interface Tolerance {
	/** A refused login. Default false. */
	readonly waitsForLogin?: boolean;
	/** A secret, a field or a permission that is not there, and what does not render as it is. Default false. */
	readonly waitsForMissing?: boolean;
}

/** Whether waiting cannot mend it. */
export function isLasting(error: AgentError, tolerance: Tolerance): boolean {
	const { waitsForLogin = false, waitsForMissing = false } = tolerance;
	const isLogin = error.exitCode === ExitCode.loginRefused;
	const isMended = (waitsForLogin && isLogin) || (waitsForMissing && isMissing(error));
	return error.remedy !== "retry" && !isMended;
}

/** Whether it is a fault of what is asked for, and not of the way there: all else can be had meanwhile. */
export function isMissing({ remedy, exitCode }: AgentError): boolean {
	const isOnTheWay = exitCode === ExitCode.loginRefused || exitCode === ExitCode.timeout;
	return remedy !== "retry" && !isOnTheWay;
}

/** The error for a start that did not come about in time: what was waited for, with its place and remedy. */
export function timedOut(ms: number, { error, words }: WaitingFor): AgentError {
	const isUndelivered = error?.exitCode === ExitCode.undeliverable;
	return new AgentError(`timed out after ${formatDuration(ms)}; ${words}`, {
		code: isUndelivered ? error.code : "E_TIMEOUT",
		exitCode: isUndelivered ? ExitCode.undeliverable : ExitCode.timeout,
		rows: error?.rows ?? { do: "allow more time with --timeout" },
	});
}
