import type { Context } from "./context.ts";
import type { FileConfig } from "./schema/file.ts";

type FileExec = NonNullable<FileConfig["exec"]>;

/** As templates have it: with or without blanks and the `@`. */
const PORT = /\{\{\s*@?port\s*\}\}/g;

/**
 * The words of a command line, the child's private port in one spelling, `{{port}}`. Without rolling there is none, and
 * it is refused.
 *
 * @param path of the command, below `exec`
 */
export function commandLine(
	exec: FileExec,
	path: readonly ["command"] | readonly ["ready", "command"],
	{ places, problems }: Context,
): string[] {
	const words = (path.length === 1 ? exec.command : exec.ready?.command) ?? [];
	return words.map(String).map((word, index) => {
		const written = word.replaceAll(PORT, "{{port}}");
		if (exec.on_change !== "rolling" && written.includes("{{port}}")) {
			problems.push({
				place: places.of(["exec", ...path, index]),
				message: `exec.${path.join(".")}: {{port}} is there only with exec.on_change: rolling; write the port itself`,
			});
		}
		return written;
	});
}
