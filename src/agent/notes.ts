import type { TemplateNote } from "../template/mod.ts";

/** A note of a template as a line of the log. */
export function noteLine({ message, place, path, field }: TemplateNote) {
	const { file, line, column = 1, expression } = place;
	const spot = line === undefined ? file : `${file}:${line}:${column}`;
	return {
		msg: `${spot}: ${message}`,
		in: expression === undefined ? spot : `${spot}   ${expression}`,
		file,
		...(line !== undefined && { line }),
		...(path !== undefined && { path }),
		...(field !== undefined && { field }),
	};
}
