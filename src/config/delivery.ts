import type { ChangeAction, ExecConfig, TemplateConfig } from "./config.ts";
import { type Context, milliseconds } from "./context.ts";
import { guessFormat } from "./format-name.ts";
import { paceOf } from "./pace.ts";
import type { Path } from "./place.ts";
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
		if (exec === undefined && needsChild(onChange)) {
			report(
				"on_change",
				`.on_change: ${onChange.kind} needs a child; add exec.command, or write it after --`,
			);
		}
		return { ...result, onChange };
	});
}

const NONE: ChangeAction = { kind: "none" };

function needsChild({ kind }: ChangeAction): boolean {
	return kind === "restart" || kind === "signal";
}

function normalize(template: FileTemplate, context: Context): Omit<TemplateConfig, "onChange"> {
	const destination = context.resolve(template.destination);
	return {
		...(template.source !== undefined && { source: context.resolve(template.source) }),
		...(template.contents !== undefined && { contents: template.contents }),
		destination,
		format: template.format ?? guessFormat(destination),
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

/** The child, where the file or the command line names one. */
export function child(file: FileConfig, context: Context): ExecConfig | undefined {
	const { exec } = file;
	if (exec === undefined) return undefined;
	const report = (path: Path, message: string) =>
		context.problems.push({ place: context.places.of(path), message });
	if (exec.command === undefined) {
		report(["exec"], 'exec lacks "command"; add it, or write it after --');
		return undefined;
	}
	if (file.exit_after_auth) {
		report(
			["exit_after_auth"],
			"exit_after_auth cannot go with exec: an init container runs no child; leave one of them out",
		);
	}
	const onChange =
		typeof exec.on_change === "string"
			? { kind: exec.on_change }
			: { kind: "signal" as const, signal: exec.on_change.signal };
	if (onChange.kind !== "restart" && Object.keys(file.env).length > 0) {
		report(
			["exec", "on_change"],
			`exec.on_change: ${onChange.kind} cannot go with env: a running process cannot take new variables; use restart, or templates instead of env`,
		);
	}
	return {
		command: exec.command.map(String),
		onChange,
		stopSignal: exec.stop_signal,
		stopTimeoutMs: milliseconds(exec.stop_timeout),
		startGraceMs: milliseconds(exec.start_grace),
		restartOnExit: exec.restart_on_exit,
		inheritEnv: exec.inherit_env,
	};
}
