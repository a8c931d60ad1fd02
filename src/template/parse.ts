// The parser alone: evaluation is ours (evaluate.ts), so that no code is generated from templates.
import { parse } from "handlebars/dist/cjs/handlebars/compiler/base.js";
import type { Program } from "./ast.ts";
import { TemplateError } from "./errors.ts";

/** @throws TemplateError `E_TEMPLATE_SYNTAX` with line and what was met */
export function parseTemplateText(file: string, text: string): Program {
	try {
		return parse(text);
	} catch (error) {
		throw asTemplateError({ file, text }, error);
	}
}

/** Handlebars says the line in its text, or as properties; the excerpt that it draws is left away. */
function asTemplateError({ file, text }: { file: string; text: string }, error: unknown): TemplateError {
	const message = error instanceof Error ? error.message : "";
	const properties = error as { lineNumber?: number; column?: number };
	const line = properties.lineNumber ?? Number(/line (\d+)/.exec(message)?.[1] ?? 1);
	const written = text.split("\n")[line - 1] ?? "";
	// The parser says no column; for the commonest slip it can be found.
	const brace = written.indexOf("}}}");
	const column = properties.column ?? Math.max(0, brace < 0 ? 0 : written.lastIndexOf("{{", brace));
	const met = /got '(\w+)'/.exec(message)?.[1];
	const first = message.split("\n")[0] ?? "";
	const mismatch = /doesn't match/.test(first) ? first.replace(/ - \d+:\d+$/, "") : undefined;
	const reason = mismatch ?? (met === undefined ? "it cannot be parsed" : `unexpected ${tokenWords(met)}`);
	return TemplateError.syntax({ file, line, column: column + 1 }, reason);
}

const TOKEN_WORDS: Readonly<Record<string, string>> = {
	EOF: "end of the template; is a block or a {{ left open?",
	OPEN_ENDBLOCK: "{{/…}} without its beginning",
	CLOSE: "}}",
	CLOSE_UNESCAPED: "}}}; before a } of the file a blank is needed: {{name}} }",
	INVALID: "character",
	EQUALS: "=",
	SEP: "/ or . in a name; write [a/b] for a name with such characters",
	INVERSE: "{{else}} outside of a block",
};

function tokenWords(token: string): string {
	return TOKEN_WORDS[token] ?? token.toLowerCase().replaceAll("_", " ");
}
