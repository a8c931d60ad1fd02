import type { AgentError } from "../kernel/mod.ts";

/** An error as a person reads it: the sentence, then where and what to do, then its name. */
export function errorText(error: AgentError): string {
	const rows = Object.entries(error.rows);
	// A second line of a row stands further in: no text of somebody else's makes a row of its own.
	const lines = rows.map(([label, text]) => `  ${label.padEnd(4)} ${text.replaceAll("\n", "\n       ")}`);
	const name = `${error.code}, exit ${error.exitCode}`;
	const last = lines.pop();
	const tail = last === undefined ? `  ${name}` : `${last}      ${name}`;
	return [`error: ${error.message}`, ...lines, tail, ""].join("\n");
}

/** The same for a program that reads the log. */
export function errorLine(error: AgentError) {
	return { ...error.facts, ...error.rows, msg: error.message, code: error.code, exit: error.exitCode };
}
