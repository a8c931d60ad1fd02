import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseGoTemplate } from "../../src/compat/go/mod.ts";
import { plainText, type TemplateInputs, withPort } from "../../src/template/mod.ts";
import { findOnPath } from "../support/find-on-path.ts";
import { CASES, FAILING } from "./go-functions/cases.ts";

const EXPECTED = join(import.meta.dirname, "go-functions/expected.json");
const peer = findOnPath("consul-template");

describe("functions of consul-template", () => {
	const folder = mkdtempSync(join(tmpdir(), "go-functions-"));
	const env = { CASE_NAME: "näme", CASE_EMPTY: "", CASE_FOLDER: folder };
	const inputs: TemplateInputs = {
		lookup: () => ({ kind: "pending" }),
		env: (name) => (Object.hasOwn(env, name) ? env[name as keyof typeof env] : undefined),
		readFile: (path) => readFileSync(path, "utf8"),
		now: () => Date.UTC(2026, 10, 21, 10, 25, 12),
	};

	beforeAll(() => writeFileSync(join(folder, "note.txt"), "a note\n"));
	afterAll(() => rmSync(folder, { recursive: true }));

	test.skipIf(peer === undefined)("make there what is stored as expected", async () => {
		const outputs = renderedByPeer(Object.entries(CASES), { folder, env });

		await expect(`${JSON.stringify(outputs, null, 2)}\n`).toMatchFileSnapshot(EXPECTED);
	});

	test.skipIf(peer === undefined).each(Object.entries(FAILING))("fail there: %s", (_name, template) => {
		const result = runPeer([template], { folder, env });

		expect(result.status).not.toBe(0);
	});

	test.each(Object.entries(CASES))("make the same here: %s", async (name, template) => {
		const expected = JSON.parse(readFileSync(EXPECTED, "utf8")) as Record<string, string>;

		const pass = (await parseGoTemplate(template, OPTIONS)).render(inputs);

		const pieces = pass.kind === "complete" ? withPort(pass.pieces, 0) : [];
		expect(plainText(pieces, undefined)).toBe(expected[name]);
	});

	test.each(Object.entries(FAILING))("fail here: %s", async (_name, template) => {
		const render = async () => (await parseGoTemplate(template, OPTIONS)).render(inputs);

		await expect(render()).rejects.toThrow(/^template: case\.tpl:1/);
	});
});

const OPTIONS = { file: "case.tpl", errorOnMissingKey: false, isEscaped: false, denied: [] } as const;

interface Stage {
	readonly folder: string;
	readonly env: Readonly<Record<string, string>>;
}

function renderedByPeer(cases: readonly (readonly [string, string])[], stage: Stage): Record<string, string> {
	const templates = cases.map(([, template]) => template);
	const result = runPeer(templates, stage);
	if (result.status !== 0) throw new Error(result.stderr);
	return Object.fromEntries(
		cases.map(([name], index) => [name, readFileSync(join(stage.folder, `${index}.out`), "utf8")]),
	);
}

/** Renders all templates at once; one that fails ends it. */
function runPeer(templates: readonly string[], { folder, env }: Stage): SpawnSyncReturns<string> {
	const flags = templates.flatMap((template, index) => {
		const source = join(folder, `${index}.tpl`);
		writeFileSync(source, template);
		return ["-template", `${source}:${join(folder, `${index}.out`)}`];
	});
	return spawnSync(peer ?? "", ["-once", "-log-level=err", ...flags], { env, encoding: "utf8" });
}
