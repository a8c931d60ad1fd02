import { AgentError, ExitCode } from "../../kernel/mod.ts";

/**
 * Somebody who has to know of a change could not be told.
 *
 * @param about rows of the message
 */
export function notNotified(
	what: string,
	reason: string,
	about: Readonly<Record<string, string>> = {},
): AgentError {
	return new AgentError(`${what} failed: ${reason}`, {
		code: "E_NOT_NOTIFIED",
		exitCode: ExitCode.undeliverable,
		remedy: "retry",
		rows: { ...about, do: "mend what on_change names; it is tried again by itself" },
	});
}
