import { AgentError, ExitCode, nearest } from "../../../kernel/mod.ts";
import type { SourcePlace } from "./source.ts";

/** A place with what stands there. */
export interface GoPlace extends SourcePlace {
	/** As Go writes it: `.Data.key`. */
	readonly expression: string;
}

/** A place as Go's messages tell it. */
export interface FaultPlace extends GoPlace {
	/** Bytes before it in its line. */
	readonly byteColumn: number;
}

/**
 * Thrown when a Go template cannot be read, or not be executed. The message is the one of Go, with the position as Go
 * counts it (a column is a number of bytes before it); the row `in` has the place as editors open it.
 */
export class GoTemplateError extends AgentError {
	static syntax(place: SourcePlace, reason: string, advice = "mend the template"): GoTemplateError {
		return new GoTemplateError(`template: ${place.file}:${place.line}: ${reason}`, {
			code: "E_TEMPLATE_SYNTAX",
			exitCode: ExitCode.usage,
			rows: { in: spot(place), do: advice },
			facts: { file: place.file, line: place.line },
		});
	}

	/** A name that is no function. */
	static unknownFunction(place: SourcePlace, name: string, known: Iterable<string>): GoTemplateError {
		const guess = nearest(name, known);
		const hint = guess === undefined ? "" : `; did you mean "${guess}"?`;
		return GoTemplateError.#function(
			place,
			`function "${name}" not defined${hint}`,
			"see docs/go-templates.md for the functions; a field begins with a dot, a variable with a dollar",
		);
	}

	/** A function that Vault Agent or consul-template has, and keyturn has not. */
	static refusedFunction(place: SourcePlace, name: string, reason: string): GoTemplateError {
		return GoTemplateError.#function(
			place,
			`function "${name}" is refused: ${reason}`,
			"take it out of the template",
		);
	}

	static #function(place: SourcePlace, reason: string, advice: string): GoTemplateError {
		return new GoTemplateError(`template: ${place.file}:${place.line}: ${reason}`, {
			code: "E_TEMPLATE_HELPER",
			exitCode: ExitCode.usage,
			rows: { in: spot(place), do: advice },
			facts: { file: place.file, line: place.line },
		});
	}

	/**
	 * A template that could be read and does not work: with these values, or with any.
	 *
	 * @param template name of the template within the file: the file's own, or the one of `define`
	 */
	static execution(
		place: FaultPlace,
		{ template, reason, advice }: { template: string; reason: string; advice?: string },
	): GoTemplateError {
		return new GoTemplateError(executing(place, template, reason), {
			code: "E_TEMPLATE_VALUE",
			exitCode: ExitCode.missing,
			rows: { in: inRow(place), do: advice ?? "mend the template, or the value that it meets" },
			facts: { file: place.file, line: place.line },
		});
	}
}

/** Go's sentence for what went wrong while a template was executed. */
export function executing(place: FaultPlace, template: string, reason: string): string {
	const { file, line, byteColumn, expression } = place;
	return `template: ${file}:${line}:${byteColumn}: executing "${template}" at <${expression}>: ${reason}`;
}

function spot({ file, line, column }: SourcePlace): string {
	return `${file}:${line}:${column}`;
}

export function inRow(place: GoPlace): string {
	return `${spot(place)}   ${inBraces(place)}`;
}

/** What stands at a place, as an action. */
export function inBraces({ expression }: GoPlace): string {
	return expression.startsWith("{{") ? expression : `{{${expression}}}`;
}
