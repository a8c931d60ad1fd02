import { basename } from "node:path";
import type { Unit } from "../agent/mod.ts";
import type { Config, EnvConfig, TemplateConfig } from "../config/mod.ts";
import { AgentError, errorCode, ExitCode } from "../kernel/mod.ts";
import type { Pace } from "../secrets/mod.ts";
import { parseTemplate, referenceTemplate, secretTemplate, type Template } from "../template/mod.ts";

/** Reads a template file as UTF-8; rejects as `fs.readFile` does. */
export type ReadText = (path: string) => Promise<string>;

/**
 * Everything that the config asks to be rendered, parsed.
 *
 * @throws AgentError for a template that cannot be read or parsed
 */
export async function unitsOf(config: Config, readText: ReadText): Promise<readonly Unit[]> {
	const files = await Promise.all(
		config.templates.map((template, index) => fileUnit(template, { index, readText, config })),
	);
	return [...files, ...config.env.map((variable) => variableUnit(variable, config))];
}

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
		template: parseTemplate(text, { file: source, allowEmpty: template.allowEmpty }),
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
	const options = { file: `env.${name}`, allowEmpty };
	const template: Template =
		value.kind === "reference"
			? referenceTemplate(value.reference, options)
			: secretTemplate(value.secret, value.template, options);
	return { kind: "variable", name, template, required, pace: paceOf(variable, config) };
}
