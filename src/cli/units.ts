import { basename } from "node:path";
import type { Unit } from "../agent/mod.ts";
import type { Config, EnvConfig, TemplateConfig } from "../config/mod.ts";
import { AgentError, errorCode, ExitCode } from "../kernel/mod.ts";
import type { Pace } from "../secrets/mod.ts";
import {
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
export async function unitsOf(config: Config, world: Pick<World, "readText" | "redactor">): Promise<Units> {
	const texts = new Map<string, string>();
	const readText = async (path: string) => {
		const text = await world.readText(path);
		texts.set(path, text);
		return text;
	};
	const files = await Promise.all(
		config.templates.map((template, index) => fileUnit(template, { index, readText, config })),
	);
	const units = [...files, ...config.env.map((variable) => variableUnit(variable, config))];
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

interface FileParts {
	readonly index: number;
	readonly readText: ReadText;
	readonly config: Config;
}

async function fileUnit(template: TemplateConfig, { index, readText, config }: FileParts): Promise<Unit> {
	const source = template.source ?? `templates[${index}].contents (${basename(template.destination)})`;
	const text = template.contents ?? (await read(source, readText));
	return {
		kind: "file",
		name: template.destination,
		template: parseTemplate(text, {
			file: source,
			allowEmpty: template.allowEmpty,
			fileRoots: config.fileRoots,
		}),
		required: template.required,
		destination: template.destination,
		format: template.format,
		source,
		mode: template.mode,
		...(template.user !== undefined && { user: template.user }),
		...(template.group !== undefined && { group: template.group }),
		onChange: template.onChange,
		onDeleted: template.onDeleted,
		pace: paceOf(template, config),
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
function paceOf({ pollIntervalMs, maxAgeMs }: TemplateConfig | EnvConfig, config: Config): Pace {
	return {
		pollIntervalMs: pollIntervalMs ?? config.pollIntervalMs,
		...(maxAgeMs !== undefined && { maxAgeMs }),
	};
}

function variableUnit(variable: EnvConfig, config: Config): Unit {
	const { name, value, required, allowEmpty } = variable;
	const options = { file: `env.${name}`, allowEmpty, fileRoots: config.fileRoots };
	const template: Template =
		value.kind === "reference"
			? referenceTemplate(value.reference, options)
			: secretTemplate(value.secret, value.template, options);
	return { kind: "variable", name, template, required, pace: paceOf(variable, config) };
}
