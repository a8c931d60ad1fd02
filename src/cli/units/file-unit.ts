import { basename, resolve } from "node:path";
import type { FileUnit, Unit } from "../../agent/mod.ts";
import { type GoLanguage, guessFormat, type TemplateConfig } from "../../config/mod.ts";
import { paceOf, type Parts } from "./parts.ts";
import { readTemplate, templateOf } from "./read-template.ts";

/** A file of `templates`. @throws AgentError for a template that cannot be read or parsed */
export async function fileUnit(
	template: TemplateConfig,
	index: number,
	{ readText, config, cwd }: Parts,
): Promise<Unit> {
	const place = template.contentsPlace ?? `templates[${index}].contents`;
	const source = template.source ?? `${place} (${basename(template.destination)})`;
	const text = template.contents ?? (await readTemplate(source, readText));
	const { allowEmpty, language } = template;
	const parsed = await templateOf(text, language, { file: source, allowEmpty, fileRoots: config.fileRoots });
	return {
		kind: "file",
		name: template.destination,
		template: parsed,
		required: template.required,
		destination: template.destination,
		format: parsed.format ?? template.format,
		source,
		...standingOf(template),
		...(template.language.kind === "go" && goWords(template.language, cwd)),
		...(template.wait && { wait: template.wait }),
		onChange: template.onChange,
		onDeleted: template.onDeleted,
		pace: paceOf(template, config),
	};
}

/** How the file is to stand. */
function standingOf(template: TemplateConfig) {
	const { mode, keepMode, backup, createDestDirs, dirMode, user, group } = template;
	return {
		mode,
		folderMode: dirMode,
		...(keepMode && { keepsMode: true as const }),
		...(backup && { hasBackup: true as const }),
		...(!createDestDirs && { needsFolder: true as const }),
		...(user !== undefined && { user }),
		...(group !== undefined && { group }),
	};
}

/** What templates in Go's language can do besides, and what has to be looked at. */
function goWords({ isEscaped }: GoLanguage, cwd: string): Pick<FileUnit, "beside" | "isUnescaped"> {
	return {
		beside: { resolve: (path) => resolve(cwd, path), formatOf: guessFormat },
		...(!isEscaped && { isUnescaped: true }),
	};
}
