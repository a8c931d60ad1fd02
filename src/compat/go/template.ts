import {
	namesIssuer,
	type RenderPass,
	type Template,
	type TemplateInputs,
	type TemplateSecret,
	type WrittenFile,
} from "../../template/mod.ts";
import { annotatedFormat } from "./language/annotation.ts";
import { discover } from "./execution/discovery.ts";
import { Execution, type ExecutionSettings } from "./execution/execution.ts";
import { secretStruct } from "./values/from-vault.ts";
import { functionTable } from "./functions/table.ts";
import { GoFault } from "./values/fault.ts";
import { tokensOf } from "./language/lexer.ts";
import { type GoProgram, parseGo } from "./language/parser.ts";
import type { Result } from "./execution/result.ts";
import { executeTemplate } from "./execution/statements.ts";
import { Exchange, type Written } from "./execution/surroundings.ts";

/** What one Go template is called and allowed. */
export interface GoTemplateOptions {
	/** Template file, or the key of the config that holds it: its name in messages. */
	readonly file: string;
	/** Default `{{`. */
	readonly leftDelimiter?: string;
	/** Default `}}`. */
	readonly rightDelimiter?: string;
	/** A key that is not in a map is an error; otherwise it gives the zero of its type (`missingkey=zero`), noted where it is written. */
	readonly errorOnMissingKey: boolean;
	/** Values are escaped for the format of the file. */
	readonly isEscaped: boolean;
	/** Functions that the config does not allow: names, or patterns with `*`. */
	readonly denied: readonly string[];
	/** Folder outside of which no file is read. */
	readonly sandboxPath?: string;
	/** Folders below which files are read where there is no sandbox; everywhere where there are none. */
	readonly fileRoots?: readonly string[];
}

/** @throws GoTemplateError for what cannot be read, and for functions that are not there or refused */
export async function parseGoTemplate(text: string, options: GoTemplateOptions): Promise<Template> {
	const { file, leftDelimiter, rightDelimiter, denied, errorOnMissingKey, isEscaped } = options;
	const delimiters = { left: leftDelimiter || "{{", right: rightDelimiter || "}}" };
	const words = tokensOf(text, delimiters).filter(({ kind }) => kind === "identifier");
	const names = new Set(words.map((word) => word.text));
	const { functions, refused } = await functionTable(names);
	const isDenied = matcher(denied);
	const forbidden = [...names].filter((name) => functions.has(name) && isDenied(name));
	const program = parseGo(text, {
		...delimiters,
		file,
		functions: {
			names: new Set(functions.keys()),
			refused: new Map([...refused, ...forbidden.map((name) => [name, DENIED] as const)]),
		},
	});
	const settings = { functions, errorOnMissingKey, isEscaped };
	const format = annotatedFormat(text, delimiters.left, file);
	const fileRoots = options.sandboxPath ? [options.sandboxPath] : (options.fileRoots ?? []);
	return {
		render: (inputs, context) => render(program, settings, { inputs, fileRoots, dot: dotOf(context) }),
		discover: () => {
			const { requests, computed, issued, beside } = discover(program, functions);
			const withIssuer = namesIssuer(text);
			const certificates = issued.map((request) => ({ request, withIssuer }));
			return { requests, computed, certificates, beside, ports: [] };
		},
		...(format !== undefined && { format }),
	};
}

const DENIED = "function_denylist of the config names it";

function matcher(patterns: readonly string[]): (name: string) => boolean {
	const parts = patterns.map((pattern) => pattern.split("*"));
	return (name) => parts.some((part) => matches(name, part));
}

/** Whether the name is these parts in this order, with anything between two of them. */
function matches(name: string, [first = "", ...others]: readonly string[]): boolean {
	const last = others.pop();
	if (last === undefined) return name === first;
	if (!name.startsWith(first)) return false;
	let at = first.length;
	for (const part of others) {
		const found = name.indexOf(part, at);
		if (found < 0) return false;
		at = found + part.length;
	}
	return name.length - last.length >= at && name.endsWith(last);
}

/** The top of a template has nothing in it, but for those over a single secret. */
function dotOf(secret: TemplateSecret | undefined): Result {
	if (secret === undefined) return { value: undefined };
	const version = secret.version === undefined ? {} : { version: secret.version };
	return { value: secretStruct(secret), isForeign: true, from: { path: secret.path, ...version } };
}

interface Pass {
	readonly inputs: TemplateInputs;
	readonly fileRoots: readonly string[];
	readonly dot: Result;
}

/** One pass over a program. What goes wrong while secrets are missing may be of their missing, and does not count. */
export function render(
	program: GoProgram,
	settings: ExecutionSettings,
	{ inputs, fileRoots, dot }: Pass,
): RenderPass {
	const exchange = new Exchange(inputs, fileRoots);
	const execution = new Execution(program, settings, (self) => exchange.surroundings(self));
	const { missing, requests, files } = exchange;
	try {
		executeTemplate(execution, program.source.file, () => dot);
	} catch (error) {
		if (missing.length > 0) return { kind: "incomplete", missing };
		if (error instanceof GoFault) execution.fail(error.message);
		throw error;
	}
	if (missing.length > 0) return { kind: "incomplete", missing };
	const { notes, output } = execution;
	return {
		kind: "complete",
		pieces: output.pieces,
		requests,
		...(notes.length > 0 && { notes }),
		...(files.length > 0 && { files: files.map((file) => sideFile(file, program.source.file)) }),
	};
}

/** The text of a side file is finished when it is written: its author has put it together. */
function sideFile({ file, isForeign }: Written, template: string): WrittenFile {
	const { text, ...where } = file;
	const origin = { file: template, line: 1, column: 1, expression: "writeToFile" };
	const piece = isForeign
		? ({ kind: "value", value: text, raw: true, origin } as const)
		: ({ kind: "text", text } as const);
	return { ...where, pieces: [piece] };
}
