import { FORMATS } from "../../../config/mod.ts";
import { nearest } from "../../../kernel/mod.ts";
import { GoTemplateError } from "./errors.ts";
import { Source } from "./source.ts";

/**
 * The format of a template's text, where a comment in it says so: `keyturn: format=shell`. Go reads past it, so
 * the same template goes on working where it comes from.
 *
 * @param left the left delimiter
 * @throws GoTemplateError for a format that is not there
 */
export function annotatedFormat(text: string, left: string, file: string): string | undefined {
	const comment = `${left.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?:-\\s+)?/\\*\\s*keyturn:\\s*format=(\\S*)\\s*\\*/`;
	const found = new RegExp(comment).exec(text);
	const [, format = ""] = found ?? [];
	if (found === null || FORMATS.some((known) => known === format)) return found === null ? undefined : format;
	const guess = nearest(format, FORMATS);
	throw GoTemplateError.syntax(
		new Source(file, text).place(found.index),
		`no format is called so; ${guess === undefined ? `there are ${FORMATS.join(", ")}` : `did you mean "${guess}"?`}`,
	);
}
