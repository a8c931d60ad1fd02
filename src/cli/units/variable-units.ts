import type { Unit } from "../../agent/mod.ts";
import type { Config, EnvConfig, EnvFromConfig } from "../../config/mod.ts";
import { fieldsTemplate, referenceTemplate, secretTemplate, type Template } from "../../template/mod.ts";
import { paceOf, type Parts } from "./parts.ts";
import { type ReadText, readTemplate, type TemplateOptions, templateOf } from "./read-template.ts";

/** All fields of a secret, as variables: one of `env_from`. */
export function variablesUnit(from: EnvFromConfig, index: number, config: Config): Unit {
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

/** A variable of `env`. @throws AgentError for a template that cannot be read or parsed */
export async function variableUnit(variable: EnvConfig, { readText, config }: Parts): Promise<Unit> {
	const { name, value, required, allowEmpty } = variable;
	const options = { file: placeOf(variable), allowEmpty, fileRoots: config.fileRoots };
	const template = await variableTemplate(value, options, readText);
	return { kind: "variable", name, template, required, pace: paceOf(variable, config) };
}

function placeOf({ name, value }: EnvConfig): string {
	const place = value.kind === "text" && "contents" in value ? value.contentsPlace : undefined;
	return place === undefined ? `env.${name}` : `${place} (${name})`;
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
			return await templateOf(await readTemplate(file, readText), value.language, { ...options, file });
		}
		default:
			return value satisfies never;
	}
}
