import { basename, resolve } from "node:path";
import type { FileUnit, Unit } from "../agent/mod.ts";
import {
	type Config,
	type EnvConfig,
	type EnvFromConfig,
	type GoLanguage,
	guessFormat,
	type TemplateConfig,
	type TemplateLanguage,
} from "../config/mod.ts";
import { AgentError, errorCode, ExitCode } from "../kernel/mod.ts";
import type { Pace } from "../secrets/mod.ts";
import {
	fieldsTemplate,
	parseTemplate,
	referenceTemplate,
	secretTemplate,
	type Template,
	TemplateError,
} from "../template/mod.ts";
import type { World } from "./world.ts";

/** Everything that a config asks to be rendered. */
export interface Units {
	readonly units: readonly Unit[];
	/** Texts of the template files, by path. */
	readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads and parses everything that the config asks to be rendered.
 *
 * @throws AgentError for a template that cannot be read or parsed
 */
export async function unitsOf(
	config: Config,
	world: Pick<World, "readText" | "redactor" | "cwd">,
): Promise<Units> {
	const texts = new Map<string, string>();
	const readText = async (path: string) => {
		const text = await world.readText(path);
		texts.set(path, text);
		return text;
	};
	const parts = { readText, config, cwd: world.cwd };
	const [files, variables] = await Promise.all([
		Promise.all(config.templates.map((template, index) => fileUnit(template, index, parts))),
		Promise.all(config.env.map((variable) => variableUnit(variable, parts))),
	]);
	// Of two variables with one name the later counts: that which is named by itself.
	const several = config.envFrom.map((from, index) => variablesUnit(from, index, config));
	const units = [...files, ...several, ...variables];
	for (const unit of units) refusePort(unit, config);
	// A path that a template writes out is in the open, though some field may hold a word of it: a user's name, say.
	const requests = units.flatMap(({ template }) => template.discover().requests);
	world.redactor.expose(requests.map(({ path }) => path));
	return { units, texts };
}

/** The port is there for a child that is turned over beside the one before it, and it reads it from a file or `PORT`. */
function refusePort({ kind, template }: Unit, { exec }: Config): void {
	const [place] = template.discover().ports;
	if (place === undefined) return;
	if (exec?.rolling === undefined) {
		throw TemplateError.noPort(
			place,
			"there is no private port: the child has one only with exec.on_change: rolling",
			"write the port itself, or set exec.on_change: rolling",
		);
	}
	if (kind === "variable") {
		throw TemplateError.noPort(
			place,
			"a variable cannot hold the private port",
			"let the child read it from PORT, which it gets in any case",
		);
	}
}

/** Rejects as `fs.readFile` does. */
type ReadText = (path: string) => Promise<string>;

interface Parts {
	readonly readText: ReadText;
	readonly config: Config;
	/** The working folder. */
	readonly cwd: string;
}

async function fileUnit(
	template: TemplateConfig,
	index: number,
	{ readText, config, cwd }: Parts,
): Promise<Unit> {
	const place = template.contentsPlace ?? `templates[${index}].contents`;
	const source = template.source ?? `${place} (${basename(template.destination)})`;
	const text = template.contents ?? (await read(source, readText));
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

async function read(source: string, readText: ReadText): Promise<string> {
	try {
		return await readText(source);
	} catch (error) {
		const code = errorCode(error) ?? "unreadable";
		throw new AgentError(`cannot read the template ${source} (${code})`, {
			code: "E_TEMPLATE_FILE",
			exitCode: ExitCode.usage,
			rows: { do: "check the path and that the agent's user may read it" },
			facts: { file: source },
			cause: error,
		});
	}
}

/** What a unit does not say for itself is said for all. */
function paceOf(
	{ pollIntervalMs, maxAgeMs }: TemplateConfig | EnvConfig | EnvFromConfig,
	config: Config,
): Pace {
	return {
		pollIntervalMs: pollIntervalMs ?? config.pollIntervalMs,
		...(maxAgeMs !== undefined && { maxAgeMs }),
	};
}

/** All fields of a secret, as variables. */
function variablesUnit(from: EnvFromConfig, index: number, config: Config): Unit {
	const file = `env_from[${index}]`;
	const name = `${file} ${from.secret}`;
	const template = fieldsTemplate(from.secret, from, { file });
	return {
		kind: "variable",
		isSeveral: true,
		name,
		template,
		required: from.required,
		pace: paceOf(from, config),
	};
}

async function variableUnit(variable: EnvConfig, { readText, config }: Parts): Promise<Unit> {
	const { name, value, required, allowEmpty } = variable;
	const options = { file: `env.${name}`, allowEmpty, fileRoots: config.fileRoots };
	const template = await variableTemplate(value, options, readText);
	return { kind: "variable", name, template, required, pace: paceOf(variable, config) };
}

async function variableTemplate(
	value: EnvConfig["value"],
	options: TemplateOptions,
	readText: ReadText,
): Promise<Template> {
	switch (value.kind) {
		case "reference":
			return referenceTemplate(value.reference, options);
		case "template":
			return secretTemplate(value.secret, value.template, options);
		case "text": {
			if ("contents" in value) return await templateOf(value.contents, value.language, options);
			const { source: file } = value;
			return await templateOf(await read(file, readText), value.language, { ...options, file });
		}
		default:
			return value satisfies never;
	}
}

/** What every template is read with. */
interface TemplateOptions {
	/** For messages. */
	readonly file: string;
	readonly allowEmpty: boolean;
	readonly fileRoots: readonly string[];
}

/** Another language than our own is loaded where it is spoken. */
async function templateOf(
	text: string,
	language: TemplateLanguage,
	options: TemplateOptions,
): Promise<Template> {
	if (language.kind === "handlebars") return parseTemplate(text, options);
	const { file, fileRoots } = options;
	const { functionDenylist: denied, kind: _kind, ...words } = language;
	const { loadGoTemplates } = await import("../compat/mod.ts");
	const { parseGoTemplate } = await loadGoTemplates();
	return await parseGoTemplate(text, { file, fileRoots, denied, ...words });
}
