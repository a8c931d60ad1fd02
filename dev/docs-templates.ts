/** The parts of docs/templates.md that are run: results of the examples, helpers, porting, env file dialects. */
import { errorText } from "../src/cli/error-text.ts";
import { guessFormat } from "../src/config/format-name.ts";
import { AgentError, parseJson } from "../src/kernel/mod.ts";
import { helperNames } from "../src/template/evaluate.ts";
import { PURE_HELPERS } from "../src/template/helpers.ts";
import {
	finishText,
	type Found,
	parseTemplate,
	plainText,
	type TemplateInputs,
	withPort,
} from "../src/template/mod.ts";
import { HELPER_TABLE, type HelperRow, PORTING_TABLE } from "./helper-table.ts";

type Secrets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A template of the page with what stands below it. */
export interface Example {
	/** Name of the destination, which tells the format unless one is given. */
	readonly destination: string;
	readonly format: string;
	readonly template: string;
	readonly kind: "result" | "error";
	/** As the page has it. */
	readonly wanted: string;
}

const EXAMPLE =
	/^```handlebars(?: (\S+)(?: (\S+))?)?\n([^]*?)^```\n(?:\n?^```text (result|error)\n([^]*?)^```$)?/gm;

/** What `{{env "TEAM"}}` gives on the page. */
export const EXAMPLE_ENV: Readonly<Record<string, string>> = { TEAM: "ml" };

/** @throws RangeError for a template without a destination or without a result */
export function examplesOf(page: string): Example[] {
	return Array.from(
		page.matchAll(EXAMPLE),
		([all, destination, format, template = "", kind, wanted = ""]) => {
			if (destination === undefined || (kind !== "result" && kind !== "error")) {
				throw new RangeError(`An example says no destination, or has no result below it:\n${all}`);
			}
			return { destination, format: format ?? guessFormat(destination), template, kind, wanted };
		},
	);
}

/** The secrets that the page says its examples read, in the form of `agent dev --seed`. */
function secretsOf(page: string): Secrets {
	const block = /^```json\n([^]*?)^```$/m.exec(page)?.[1] ?? "{}";
	return (parseJson(block) as { secrets: Secrets }).secrets;
}

/** The page with every generated part written anew. */
export async function withTemplateParts(page: string): Promise<string> {
	const inputs = inputsOf(secretsOf(page));
	let written = page;
	for (const example of examplesOf(page)) written = await withResult(written, example, inputs);
	const parts: Readonly<Record<string, string>> = {
		helpers: helperRows(inputs),
		porting: portingRows(inputs),
		dialects: await dialectRows(),
	};
	return written.replaceAll(
		/(?<=<!-- (helpers|porting|dialects) -->\n)[^]*?(?=<!-- \/\1 -->)/g,
		(_old, part: string) => parts[part] ?? "",
	);
}

async function withResult(page: string, example: Example, inputs: TemplateInputs): Promise<string> {
	const block = `\`\`\`text ${example.kind}\n`;
	const start = page.indexOf(`${example.template}\`\`\`\n`);
	const from = page.indexOf(block, start) + block.length;
	const to = page.indexOf("```", from);
	return `${page.slice(0, from)}${await outcome(example, inputs)}${page.slice(to)}`;
}

async function outcome(example: Example, inputs: TemplateInputs): Promise<string> {
	const file = `${example.destination}.hbs`;
	try {
		const text = await finishText(example.format, piecesOf(example.template, file, inputs), file);
		if (example.kind === "error") throw new RangeError(`This example is no error:\n${example.template}`);
		return text.endsWith("\n") ? text : `${text}\n`;
	} catch (error) {
		if (error instanceof AgentError && example.kind === "error") return errorText(error);
		throw error;
	}
}

function piecesOf(template: string, file: string, inputs: TemplateInputs) {
	const pass = parseTemplate(template, { file, allowEmpty: false }).render(inputs);
	if (pass.kind === "complete") return withPort(pass.pieces, 0);
	throw new RangeError(
		`Cannot render ${file}: the page has no ${pass.missing.map(({ path }) => path).join(", ")}`,
	);
}

/** The secrets of the page as a KV v2 mount serves them, each in its first version. */
function inputsOf(secrets: Secrets): TemplateInputs {
	const names = Object.keys(secrets).map((path) => path.replace(/^secret\/llm\//, ""));
	const lookup: TemplateInputs["lookup"] = ({ kind, path, version }): Found => {
		if (kind === "list") return { kind: "names", names: names.toSorted() };
		const stored = secrets[path.replace(/^secret\/data\//, "secret/")];
		// Nothing is before a first version.
		if (stored === undefined || version === -1) return { kind: "absent", path, reason: "missing" };
		const sorted = Object.entries(stored).toSorted(([a], [b]) => (a < b ? -1 : 1)); // as Vault answers
		const fields = Object.fromEntries(sorted) as never;
		const Data = { data: fields, metadata: { version: 1 } };
		const secret = { path, version: 1, fields, Data, LeaseID: "", LeaseDuration: 0, Renewable: false };
		return { kind: "secret", secret };
	};
	return {
		lookup,
		env: (name) => EXAMPLE_ENV[name],
		readFile: () => "eu-1",
		now: () => Date.UTC(2026, 10, 21, 10, 2, 11),
	};
}

function inOpenAi(template: string, inputs: TemplateInputs): string {
	return plainText(
		piecesOf(`{{#secret "secret/data/llm/openai"}}${template}{{/secret}}`, template, inputs),
		undefined,
	);
}

function helperRows(inputs: TemplateInputs): string {
	const known = new Set(helperNames());
	const wrong = [...known].filter((name) => !Object.hasOwn(HELPER_TABLE, name));
	wrong.push(...Object.keys(HELPER_TABLE).filter((name) => !known.has(name)));
	wrong.push(
		...Object.entries(HELPER_TABLE).flatMap(([name, helper]) => (hasArity(name, helper) ? [] : [name])),
	);
	if (wrong.length > 0) {
		throw new RangeError(`dev/helper-table.ts and the helpers of src/template differ in ${wrong.join(", ")}`);
	}
	const rows = Object.entries(HELPER_TABLE).map(([name, { args, gives, example }]) => {
		const result = example === undefined ? "" : code(inOpenAi(example, inputs));
		return row([code([name, ...args].join(" ")), gives, example === undefined ? "" : code(example), result]);
	});
	return `| helper | gives | example | result |\n|---|---|---|---|\n${rows.join("")}`;
}

function hasArity(name: string, { args }: HelperRow): boolean {
	const arity = PURE_HELPERS.get(name)?.arity;
	if (arity === undefined) return true; // those that see the context count for themselves
	const [fewest, most] = arity;
	return args.at(-1)?.endsWith("…") ? most > fewest : fewest === args.length && most === fewest;
}

function portingRows(inputs: TemplateInputs): string {
	const rows = PORTING_TABLE.map(([theirs, ours, note = ""]) => {
		inOpenAi(ours, inputs); // throws when the page would lie
		for (const [, also = ""] of note.matchAll(/`(\{\{[^`]+)`/g)) {
			if (!/@key|this/.test(also)) inOpenAi(also, inputs);
		}
		return row([code(theirs), code(ours), note]);
	});
	return `| Vault Agent | here | |\n|---|---|---|\n${rows.join("")}`;
}

/** Values by what is difficult about them. */
const TRICKY: readonly (readonly [what: string, value: string])[] = [
	["letters, digits, `_ . / : @ % + , = -`", "sk-8fK2"],
	["a blank, `#`, `*`, `;`", "a #b"],
	["`'`", "it's"],
	['`"`', 'a"b'],
	["`$`", "p$word"],
	["`${`", "p${word}"],
	["`\\`", "a\\b"],
	["`'` and `$`", "it's $5"],
	["`'` and `\"`", "a'b\"c"],
	["a newline", "a\nb"],
	["a newline and `'`", "it's\nb"],
];
const ENV_FORMATS = ["dotenv", "dotenv:compose", "dotenv:python", "dotenv:node", "dotenv:docker", "shell"];

async function dialectRows(): Promise<string> {
	const rows = await Promise.all(
		TRICKY.map(async ([what, value]) =>
			row([what, ...(await Promise.all(ENV_FORMATS.map((format) => spelling(format, value))))]),
		),
	);
	const head = ["a value with", ...ENV_FORMATS.map(code)];
	return `${row(head)}|${head.map(() => "---|").join("")}\n${rows.join("")}`;
}

async function spelling(format: string, value: string): Promise<string> {
	const origin = { file: "", line: 1, column: 1, expression: "" };
	try {
		const text = await finishText(
			format,
			[
				{ kind: "text", text: "K=" },
				{ kind: "value", value, raw: false, origin },
				{ kind: "text", text: "\n" },
			],
			"",
		);
		return code(text.slice("K=".length, -1));
	} catch (error) {
		if (error instanceof AgentError) return "refused";
		throw error;
	}
}

function code(text: string): string {
	const shown = text.replaceAll("\n", "⏎");
	return shown.includes("`") ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

function row(cells: readonly string[]): string {
	return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}
