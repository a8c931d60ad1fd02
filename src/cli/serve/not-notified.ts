import { AgentError, ExitCode } from "../../kernel/mod.ts";

/** Somebody who has to know of a change could not be told. */
export function notNotified(what: string, reason: string): AgentError {
	return new AgentError(`${what} failed: ${reason}`, {
		code: "E_NOT_NOTIFIED",
		exitCode: ExitCode.undeliverable,
		remedy: "retry",
		rows: { do: "mend what on_change names; it is tried again by itself" },
	});
}
