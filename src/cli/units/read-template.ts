import type { TemplateLanguage } from "../../config/mod.ts";
import { AgentError, errorCode, ExitCode } from "../../kernel/mod.ts";
import { parseTemplate, type Template } from "../../template/mod.ts";

/** Rejects as `fs.readFile` does. */
export type ReadText = (path: string) => Promise<string>;

/** @throws AgentError for a file that cannot be read */
export async function readTemplate(source: string, readText: ReadText): Promise<string> {
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

/** What every template is read with. */
export interface TemplateOptions {
	/** For messages. */
	readonly file: string;
	readonly allowEmpty: boolean;
	readonly fileRoots: readonly string[];
}

/** Another language than our own is loaded where it is spoken. @throws AgentError for what cannot be parsed */
export async function templateOf(
	text: string,
	language: TemplateLanguage,
	options: TemplateOptions,
): Promise<Template> {
	if (language.kind === "handlebars") return parseTemplate(text, options);
	const { file, fileRoots } = options;
	const { functionDenylist: denied, kind: _kind, ...words } = language;
	const { loadGoTemplates } = await import("../../compat/mod.ts");
	const { parseGoTemplate } = await loadGoTemplates();
	return await parseGoTemplate(text, { file, fileRoots, denied, ...words });
}
