/**
 * Writes the parts of docs/ that follow from the source, or with `--check` tells which of them are out of date.
 * A new one is a row in `PAGES`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configJsonSchema } from "../src/config/mod.ts";
import { commandPage, manualPage } from "./docs-commands.ts";
import { withGoFunctions } from "./docs-go-templates.ts";
import { withOperationTables } from "./docs-operations.ts";
import { withPackages } from "./docs-packages.ts";
import { withTemplateParts } from "./docs-templates.ts";

interface Page {
	/** Below docs/. */
	readonly file: string;
	/** What the file should say. Gets what it says now, so that the hand-written parts stay. */
	readonly write: (current: string) => string | Promise<string>;
}

const PAGES: readonly Page[] = [
	{ file: "config.schema.json", write: () => `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
	{ file: "configuration.md", write: withKeyTables },
	{ file: "templates.md", write: withTemplateParts },
	{ file: "go-templates.md", write: withGoFunctions },
	{ file: "operations.md", write: withOperationTables },
	{ file: "dependencies.md", write: withPackages },
	{ file: "cli.md", write: commandPage },
	{ file: "agent.1", write: manualPage },
];

/** The parts of a JSON Schema that the tables use. */
interface KeySchema {
	readonly title?: string;
	readonly description?: string;
	readonly default?: unknown;
	readonly properties?: Readonly<Record<string, KeySchema>>;
	readonly required?: readonly string[];
	readonly items?: KeySchema;
	readonly additionalProperties?: KeySchema | boolean;
	readonly anyOf?: readonly KeySchema[];
}

/** Fills every `<!-- keys PATH -->` … `<!-- /keys -->`, where PATH is such as `templates[].on_change`; none is the top. */
function withKeyTables(page: string): string {
	const schema = configJsonSchema() as KeySchema;
	return page.replaceAll(/(?<=<!-- keys ?(\S*) -->\n)[^]*?(?=<!-- \/keys -->)/g, (_table, path: string) =>
		keyTable(mapAt(schema, path)),
	);
}

/** The map at a path: `[]` is an item of a list, `*` any name of a map. */
function mapAt(schema: KeySchema, path: string): KeySchema {
	let node = schema;
	for (const step of path.replaceAll("[]", ".[]").split(".").filter(Boolean)) {
		const inner = step === "[]" ? node.items : (node.properties?.[step] ?? node.additionalProperties);
		if (typeof inner !== "object") throw new RangeError(`The schema has no ${path}`);
		node = inner.anyOf?.find(({ properties }) => properties !== undefined) ?? inner;
	}
	return node;
}

function keyTable({ properties = {}, required = [] }: KeySchema): string {
	const rows = Object.entries(properties).map(([key, schema]) => {
		const [meaning = "", dependent] = (schema.description ?? "").split(/ ?Default: (.*)\.$/);
		const standard = isScalar(schema.default) ? `\`${String(schema.default)}\`` : (dependent ?? "");
		const cells = [`\`${key}\``, schema.title ?? "", required.includes(key) ? "required" : standard, meaning];
		return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
	});
	return `| key | type | default | meaning |\n|---|---|---|---|\n${rows.join("")}`;
}

function isScalar(value: unknown): value is string | number | boolean {
	return ["string", "number", "boolean"].includes(typeof value);
}

const isCheck = process.argv.includes("--check");
for (const { file, write } of PAGES) {
	const path = join(import.meta.dirname, "../docs", file);
	const current = readIfThere(path);
	const wanted = await write(current);
	if (current === wanted) continue;
	if (isCheck) {
		console.error(`docs/${file} is out of date; run: npm run docs`);
		process.exitCode = 1;
	} else {
		writeFileSync(path, wanted);
		console.log(`docs/${file} written`);
	}
}

function readIfThere(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
		throw error;
	}
}
