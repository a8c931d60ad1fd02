import { guessFormat } from "../../../config/mod.ts";
import type { Execution } from "./execution.ts";
import { inBraces } from "../language/errors.ts";
import type { Result } from "./result.ts";

/** Formats in which JSON is what it says. */
const TAKING_JSON: ReadonlySet<string> = new Set(["json", "yaml"]);

/**
 * Who may write a secret does not choose what is written where.
 *
 * @param names what the arguments are called that say where something goes; the last one of all is what goes there
 * @throws GoTemplateError for one that came from outside
 */
export function refuseForeignPlace(
	execution: Execution,
	names: readonly string[],
	args: readonly Result[],
): void {
	const place = args.slice(0, -1);
	const at = place.findIndex(({ isForeign }) => isForeign);
	if (at < 0) return;
	const what = names[at] ?? names.at(-1);
	const from = place[at]?.from?.path ?? "the environment, a file, or several secrets";
	execution.fail(
		`error calling writeToFile: the ${what} came from ${from}, and nothing from outside chooses where a file goes`,
		"write it out in the template",
	);
}

/** Says that values stand in a file as they are whose name promises more: its text was put together by the template. */
export function noteLooseText(execution: Execution, args: readonly Result[]): void {
	const [path, content, hasFlags] = [args[0]?.value, args.at(-1), args.length > 5];
	if (typeof path !== "string" || !content?.isForeign) return;
	const format = guessFormat(path);
	if (format === "text" || (content.isJson && !hasFlags && TAKING_JSON.has(format))) return;
	const place = execution.place();
	const { file, line, column } = place;
	execution.note({
		message: `values stand in ${path} as they are, and one with signs of ${format} would break out of its place: spell them in the template (toJSON), or write the file by a template of its own`,
		place: { file, line, column, expression: inBraces(place) },
	});
}
