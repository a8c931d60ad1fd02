import type { ChangeAction, TemplateConfig } from "./config.ts";
import { type Context, milliseconds } from "./context.ts";
import type { ExecConfig } from "./exec-config.ts";
import { guessFormat, isUnknownName } from "./format-name.ts";
import { paceOf } from "./pace.ts";
import type { FileConfig } from "./schema/file.ts";

type FileTemplate = FileConfig["templates"][number];

/** Every file to write. */
export function templates(
	file: FileConfig,
	exec: ExecConfig | undefined,
	context: Context,
): TemplateConfig[] {
	const seen = new Set<string>();
	return file.templates.map((template, index) => {
		const path = ["templates", index];
		const report = (key: string, message: string) =>
			context.problems.push({
				place: context.places.of([...path, key]),
				message: `templates[${index}]${message}`,
			});
		const result = normalize(template, context);
		if (result.source === undefined && result.contents === undefined)
			report("", ' lacks "source" or "contents"');
		if (result.source !== undefined && result.contents !== undefined) {
			report("contents", " holds source and contents; keep one of them");
		}
		if (seen.has(result.destination))
			report("destination", ".destination: another template writes this file");
		if (result.destination === result.source)
			report("destination", ".destination: this is the template's own source");
		seen.add(result.destination);
		const onChange = template.on_change === undefined ? (exec?.onChange ?? NONE) : action(template.on_change);
		const fault = changeFault(onChange, exec);
		if (fault !== undefined) report("on_change", `.on_change: ${fault}`);
		return { ...result, onChange };
	});
}

const NONE: ChangeAction = { kind: "none" };

/** A child is turned over in one way. */
function changeFault({ kind }: ChangeAction, exec: ExecConfig | undefined): string | undefined {
	if (kind !== "restart" && kind !== "rolling" && kind !== "signal") return undefined;
	if (exec === undefined) return `${kind} needs a child; add exec.command, or write it after --`;
	const isRolling = exec.onChange.kind === "rolling";
	if (kind === "rolling" && !isRolling)
		return "rolling needs exec.on_change: rolling, with listen and ready; write it there, or restart here";
	if (kind === "restart" && isRolling)
		return "restart would end the child that serves; with exec.on_change: rolling write rolling, or leave it out";
	return undefined;
}

function normalize(template: FileTemplate, context: Context): Omit<TemplateConfig, "onChange"> {
	const destination = context.resolve(template.destination);
	return {
		...(template.source !== undefined && { source: context.resolve(template.source) }),
		...(template.contents !== undefined && { contents: template.contents }),
		destination,
		format: template.format ?? guessFormat(destination),
		...(template.format === undefined && isUnknownName(destination) && { isFormatUnsaid: true }),
		mode: Number.parseInt(template.mode, 8),
		...(template.user !== undefined && { user: String(template.user) }),
		...(template.group !== undefined && { group: String(template.group) }),
		onDeleted: template.on_deleted,
		required: template.required,
		allowEmpty: template.allow_empty,
		...paceOf(template),
	};
}

function action(given: NonNullable<FileTemplate["on_change"]>): ChangeAction {
	if (typeof given === "string") return { kind: given };
	if (given.signal !== undefined) return { kind: "signal", signal: given.signal };
	const timeoutMs = milliseconds(given.timeout);
	if (given.command !== undefined) return { kind: "command", command: given.command.map(String), timeoutMs };
	return given.http === undefined ? NONE : { kind: "http", ...given.http, timeoutMs };
}
