import type { ChangeAction, TemplateConfig } from "./config.ts";
import { contentsPlace } from "./contents-place.ts";
import { type Context, milliseconds } from "./context.ts";
import type { ExecConfig } from "./exec-config.ts";
import { guessFormat, isUnknownName } from "./format-name.ts";
import { languageOf } from "./language.ts";
import { paceOf } from "./pace.ts";
import { isSameSetting } from "./same.ts";
import type { FileConfig } from "./schema/file.ts";

type FileTemplate = FileConfig["templates"][number];

/** Every file to write. */
export function templates(
	file: FileConfig,
	exec: ExecConfig | undefined,
	context: Context,
): TemplateConfig[] {
	const seen = new Set<string>();
	const backups = new Set(
		file.templates.flatMap(({ backup, destination }) =>
			backup ? [`${context.resolve(destination)}.bak`] : [],
		),
	);
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
		if (backups.has(result.destination))
			report("destination", ".destination: another template keeps its backup in this file");
		seen.add(result.destination);
		const onChange = changesOf(template, exec);
		for (const fault of new Set(onChange.map((one) => changeFault(one, exec))))
			if (fault !== undefined) report("on_change", `.on_change: ${fault}`);
		const language = languageOf(template, path, context);
		const place = template.contents === undefined ? {} : contentsPlace(path, context);
		return { ...result, ...place, language, onChange };
	});
}

/** Everything that is done when the file has changed, each once. */
function changesOf(
	{ on_change: given }: FileTemplate,
	exec: ExecConfig | undefined,
): readonly ChangeAction[] {
	const wanted =
		given === undefined
			? [exec?.onChange ?? NONE]
			: Array.isArray(given)
				? given.map(action)
				: [action(given)];
	const actions = wanted.filter((one) => one.kind !== "none");
	return actions.filter(
		(one, index) => actions.findIndex((earlier) => isSameSetting(earlier, one)) === index,
	);
}

const NONE = { kind: "none" } as const;

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

function normalize(template: FileTemplate, context: Context): Omit<TemplateConfig, "onChange" | "language"> {
	const destination = context.resolve(template.destination);
	return {
		...(template.source !== undefined && { source: context.resolve(template.source) }),
		...(template.contents !== undefined && { contents: template.contents }),
		destination,
		format: template.format ?? guessFormat(destination),
		...(template.format === undefined && isUnknownName(destination) && { isFormatUnsaid: true }),
		mode: Number.parseInt(template.mode, 8),
		keepMode: template.keep_mode,
		...(template.user !== undefined && { user: String(template.user) }),
		...(template.group !== undefined && { group: String(template.group) }),
		backup: template.backup,
		createDestDirs: template.create_dest_dirs,
		dirMode: Number.parseInt(template.dir_mode, 8),
		...waitOf(template),
		onDeleted: template.on_deleted,
		required: template.required,
		allowEmpty: template.allow_empty,
		...paceOf(template),
	};
}

/** How often `min` the longest wait is, where that is not said. */
const LONGEST_WAIT = 4;

function waitOf({ wait }: FileTemplate): Pick<TemplateConfig, "wait"> {
	const minMs = wait === undefined ? 0 : milliseconds(wait.min);
	if (minMs === 0) return {};
	return { wait: { minMs, maxMs: wait?.max === undefined ? LONGEST_WAIT * minMs : milliseconds(wait.max) } };
}

type OneChange = Exclude<NonNullable<FileTemplate["on_change"]>, readonly unknown[]>;

function action(given: OneChange): ChangeAction | typeof NONE {
	if (typeof given === "string") return { kind: given };
	if (given.signal !== undefined) return { kind: "signal", signal: given.signal };
	const timeoutMs = milliseconds(given.timeout);
	if (given.command !== undefined) {
		const { env } = given;
		return { kind: "command", command: given.command.map(String), timeoutMs, ...(env && { env }) };
	}
	return given.http === undefined ? NONE : { kind: "http", ...given.http, timeoutMs };
}
