import { nearest } from "../kernel/mod.ts";
import type { Context } from "./context.ts";
import type { ExecConfig } from "./exec-config.ts";
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
		const report = (message: string) => {
			const place = ["exec", ...path, index];
			problems.push({ place: places.of(place), message: `exec.${path.join(".")}: ${message}` });
		};
		const isRolling = exec.on_change === "rolling";
		if (!isRolling && written.includes("{{port}}")) {
			const rolling = places.isNamed(["exec", ...path]) ? "--on-change rolling" : "exec.on_change: rolling";
			report(`{{port}} is there only with ${rolling}; write the port itself`);
		}
		if (isRolling && isMisspelt(written))
			report('what stands in {{ }} is not known; did you mean "{{port}}"?');
		return written;
	});
}

const NAMES = /\{\{\s*[.@$]?(?<name>\w{1,5})\s*\}\}/g;

/** Whether something in it is meant to be `{{port}}`, and is not. */
function isMisspelt(word: string): boolean {
	const names = word.matchAll(NAMES).map(({ groups }) => groups?.["name"] ?? "");
	return names.some((name) => nearest(name, ["port"]) !== undefined && !word.includes("{{port}}"));
}

/** Programs that replace `$PORT` in what they are given. */
const SHELL = /(^|\/)(ba|da|a|z|k|fi)?sh$|(^|\/)busybox$/;

/** What to say of a command that most likely does not listen where rolling has it listen. */
export function portWarnings({ command, rolling }: ExecConfig): readonly string[] {
	if (rolling === undefined || command.some((word) => word.includes("{{port}}"))) return [];
	const { listen } = rolling;
	const isShell = command.some((word) => SHELL.test(word));
	const slip = command.slice(1).flatMap((word) => {
		if (!isShell && /\$PORT\b|\$\{PORT\}/.test(word))
			return ["$PORT stands in it, and no shell replaces that"];
		if (/(^|[^{$])\{port\}/i.test(word)) return ["{port} stands in it, which nobody replaces"];
		const isPublic = listen.kind === "tcp" && new RegExp(`(^|[=:])${listen.port}$`).test(word);
		return isPublic ? ["the port of listen stands in it, where the agent itself listens"] : [];
	});
	return slip.slice(0, 1).map((what) => `exec.command: ${what}; the child's own port is {{port}}`);
}
