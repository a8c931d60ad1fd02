import { AgentError, ExitCode } from "../../kernel/mod.ts";
import type { Origin } from "./format.ts";

/** Thrown when a value, or the author's text, cannot be brought into the destination's format. */
export class FormatError extends AgentError {
	/** The author's text itself is not of the format: a config fault. */
	static malformed(format: string, file: string, reason: string): FormatError {
		return new FormatError(`${file} does not give well-formed ${format}: ${reason}`, {
			code: "E_FORMAT_MALFORMED",
			exitCode: ExitCode.usage,
			rows: { do: "mend the template, or choose another format for this destination" },
		});
	}

	/** A value that has no spelling where the template put it. */
	static unplaceable(origin: Origin, reason: string, advice: string): FormatError {
		return new FormatError(`${describe(origin)} ${reason}`, {
			code: "E_VALUE_UNPLACEABLE",
			exitCode: ExitCode.undeliverable,
			rows: { in: `${origin.file}:${origin.line}:${origin.column}   ${origin.expression}`, do: advice },
			facts: { ...(origin.path && { path: origin.path }), ...(origin.field && { field: origin.field }) },
		});
	}
}

function describe(origin: Origin): string {
	if (origin.path === undefined) return `the value of ${origin.expression}`;
	return origin.field === undefined
		? `a value of ${origin.path}`
		: `field "${origin.field}" of ${origin.path}`;
}
