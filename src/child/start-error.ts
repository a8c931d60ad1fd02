import { AgentError } from "../kernel/mod.ts";

/** Shells end with these when they cannot start a program. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

const REMEDY: Readonly<Record<string, string>> = {
	ENOENT:
		"check that the program exists and is on the child's PATH; for a script, that its #! interpreter exists",
	EACCES: "make the file executable for the agent's user, and the folders above it searchable",
	E2BIG: "make the arguments or the environment smaller: a single value may be 128 KiB at most",
	EAGAIN: "raise the limit of processes for the agent's user or its container",
};

/** Thrown when the child's program cannot be started; ends the agent as it would end a shell. */
export function startError(program: string, cause: Error): AgentError {
	const code = "code" in cause && typeof cause.code === "string" ? cause.code : "unknown";
	return new AgentError(`Cannot start ${JSON.stringify(program)}: ${reasonOf(code)}`, {
		code: "E_CHILD_START",
		exitCode: code === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE,
		rows: {
			in: "exec.command",
			do: REMEDY[code] ?? "try to start the same command without the agent, as the same user",
		},
		facts: { program, reason: code },
		// No cause: it repeats the whole command, whose arguments may hold what is not ours to print.
	});
}

function reasonOf(code: string): string {
	switch (code) {
		case "ENOENT":
			return "no such program";
		case "EACCES":
			return "permission denied";
		case "E2BIG":
			return "arguments and environment are too long";
		case "EAGAIN":
			return "too many processes";
		default:
			return `the system refused (${code})`;
	}
}
