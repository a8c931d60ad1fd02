import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXAMPLE_ENV, type Example, examplesOf } from "../../dev/docs-templates.ts";
import { parseTemplate } from "../../src/template/mod.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(ROOT, "docs/templates.md"), "utf8");
const examples = examplesOf(page);
const seed = /^```json\n([^]*?)^```$/m.exec(page)?.[1] ?? "";
const TOKEN = "token-of-the-documents";

describe("docs/templates.md", () => {
	test("gives results that the built agent gives as well, from the seed that the page tells to save", async () => {
		const results = examples.filter(({ kind }) => kind === "result");
		const place = folder();
		const { code, stderr } = await render(results, place);

		expect(stderr).toBe("");
		expect(code).toBe(0);
		for (const { destination, wanted } of results) {
			const text = readFileSync(place.at(destination), "utf8");
			expect(text.endsWith("\n") ? text : `${text}\n`).toBe(wanted);
		}
	});

	test.each(examples.filter(({ kind }) => kind === "error"))(
		"shows the error of $destination as the agent says it",
		async (example) => {
			const place = folder();
			const { code, stderr } = await render([example], place);

			expect(stderr).toBe(example.wanted);
			expect(example.wanted).toContain(`exit ${code}\n`);
			expect(existsSync(place.at(example.destination))).toBe(false);
		},
	);

	test("has no name for two files", () => {
		const names = examples.map(({ destination }) => destination);
		expect(names).toEqual([...new Set(names)]);
	});

	test("writes no template into its sentences that cannot be parsed", () => {
		const words = page.replaceAll(/^```[^]*?^```$/gm, "").replaceAll(/^\|.*$/gm, "");
		const inline = Array.from(words.matchAll(/`(\{\{[^`]+)`/g), ([, text = ""]) => text);
		const whole = inline.filter((text) => !/…|\{\{~$|\{\{else|\{\{\/|\{\{> /.test(text));
		expect(whole.length).toBeGreaterThan(10);
		for (const text of whole) parseTemplate(closed(text), { file: text, allowEmpty: false });
	});
});

describe("docs/", () => {
	test("generated parts are those of the source", () => {
		const check = spawnSync(process.execPath, [join(ROOT, "dev/docs.ts"), "--check"], { encoding: "utf8" });
		expect(check).toMatchObject({ status: 0, stderr: "" });
	});

	test("architecture.md has a paragraph for every room", () => {
		const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
		const rooms = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) =>
			entry.isDirectory(),
		);
		expect(rooms.map(({ name }) => name).filter((name) => !text.includes(`\n**${name}** `))).toEqual([]);
	});

	test("every suite of faults is described in reliability.md, or in security.md", () => {
		const text = ["reliability.md", "security.md"]
			.map((name) => readFileSync(join(ROOT, "docs", name), "utf8"))
			.join("");
		const suites = readdirSync(join(ROOT, "test/faults")).filter((name) => name.endsWith(".test.ts"));
		expect(suites.filter((name) => !text.includes(`test/faults/${name})`))).toEqual([]);
	});

	test.each(readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md")))(
		"%s links to files and headings that are there",
		(name) => {
			const text = readFileSync(join(ROOT, "docs", name), "utf8");
			const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g));
			const broken = links.filter(([, file = "", heading]) => {
				const target = file === "" ? join(ROOT, "docs", name) : join(ROOT, "docs", file);
				if (!existsSync(target)) return true;
				return heading !== undefined && !headingsOf(readFileSync(target, "utf8")).includes(heading);
			});
			expect(broken.map(([link]) => link)).toEqual([]);
		},
	);
});

/** Writes the templates, and renders them with the built agent from a server that holds the page's seed. */
async function render(some: readonly Example[], place: Folder) {
	const templates = some.map(({ destination, format, template }) => ({
		source: place.write(`${destination}.hbs`, template),
		destination: place.at(destination),
		format,
	}));
	const config = place.write("agent.yaml", JSON.stringify({ templates }));
	const env = { VAULT_ADDR: await openServer(place), VAULT_TOKEN: TOKEN, ...EXAMPLE_ENV };
	const quiet = ["--log-level", "error", "--log-format", "pretty"];
	const { code, stderr } = await runAgent(["render", "-c", config, ...quiet], { env });
	return { code, stderr: stderr.replaceAll(`${place.path}/`, "") };
}

/** The embedded server, as the page says to start it. @returns its address */
async function openServer(place: Folder): Promise<string> {
	const seedFile = place.write("seed.json", seed);
	const listen = ["--listen", "127.0.0.1:0"];
	const server = startAgent(["dev", ...listen, "--root-token", TOKEN, "--seed", seedFile, "--json"]);
	return await eventually(() => (JSON.parse(server.stdout()) as { address: string }).address);
}

/** A template whose blocks are all closed: a sentence may show the beginning alone. */
function closed(text: string): string {
	const open: string[] = [];
	for (const [, sign = "", name = ""] of text.matchAll(/\{\{([#/])([\w]+)/g)) {
		if (sign === "#") open.unshift(name);
		else open.shift();
	}
	return `${text}${open.map((name) => `{{/${name}}}`).join("")}`;
}

/** Anchors as GitHub makes them. */
function headingsOf(text: string): string[] {
	return Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title = ""]) =>
		title
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N}\s-]/gu, "")
			.replaceAll(" ", "-"),
	);
}
