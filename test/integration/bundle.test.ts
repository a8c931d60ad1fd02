import { execFileSync, spawnSync } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const DIST = join(ROOT, "dist");
const chunks = globSync("*.cjs", { cwd: DIST });
const codeOf = (chunk: string) => readFileSync(join(DIST, chunk), "utf8");

/** Chunks that a program loads at once, without any `import()`. */
function eager(chunk: string, seen = new Set<string>()): Set<string> {
	if (seen.has(chunk)) return seen;
	seen.add(chunk);
	const code = codeOf(chunk).replaceAll(/\.then\(\(\)=>require\([^)]*\)/g, "");
	for (const [, target = ""] of code.matchAll(/require\([`"']\.\/([^`"']+\.cjs)[`"']\)/g))
		eager(target, seen);
	return seen;
}

describe("the bundle", () => {
	test("is there, in chunks", () => {
		expect(chunks).toContain("main.cjs");
		expect(chunks.length).toBeGreaterThan(5);
	});

	test.each(["axios", "follow-redirects", "undici", "node:undici"])("holds no %s", (word) => {
		expect(chunks.filter((chunk) => codeOf(chunk).includes(word))).toEqual([]);
	});

	test("starts from a small main chunk", () => {
		expect(statSync(join(DIST, "main.cjs")).size).toBeLessThan(72 * 1024);
	});

	test("loads no process library, no YAML parser, no metrics and no development server at start", () => {
		const code = [...eager("main.cjs")].map(codeOf).join("\n");
		// An option of execa, an error code of yaml, a media type of prom-client, a message of the development server.
		const telltales = ["killDescendants", "DUPLICATE_KEY", "openmetrics-text", "rate limit quota exceeded"];
		for (const word of telltales) expect(chunks.some((chunk) => codeOf(chunk).includes(word))).toBe(true);
		expect(telltales.filter((word) => code.includes(word))).toEqual([]);
	});

	test("lets an init container start without what only an agent that stays needs", () => {
		const start = chunks.find((chunk) => chunk.startsWith("start-")) ?? "";
		const code = [...eager(start)].map(codeOf).join("\n");
		// An error code of the child's room, a function that the listener's guard calls, an option of chokidar, the
		// header of a handover, which few configs ask for.
		const telltales = [
			"E_CHILD_NOT_READY",
			"E_FRONT_LISTEN",
			"timingSafeEqual",
			"awaitWriteFinish",
			"keyturn-handover",
		];
		for (const word of telltales) expect(chunks.some((chunk) => codeOf(chunk).includes(word))).toBe(true);
		expect(telltales.filter((word) => code.includes(word))).toEqual([]);
	});

	test("reads a config of our own without what those of other programs need", () => {
		const [start = ""] = chunks.filter((chunk) => chunk.startsWith("start-"));
		const code = [...eager("main.cjs"), ...eager(start)].map(codeOf).join("\n");
		// A flag as Go reads it, HCL's reader, what is said of a config of Vault Agent's, a function of Go's templates.
		const telltales = ["is no flag", "needs quotes", "everybody on this machine", "toUnescapedJSON"];
		for (const word of telltales) expect(chunks.some((chunk) => codeOf(chunk).includes(word))).toBe(true);
		expect(telltales.filter((word) => code.includes(word))).toEqual([]);
	});

	test("comes with the licence of everything in it", () => {
		const text = readFileSync(join(DIST, "THIRD-PARTY-LICENCES.txt"), "utf8");
		for (const name of [
			"commander",
			"execa",
			"handlebars",
			"node-vault",
			"pino",
			"prom-client",
			"yaml",
			"zod",
		]) {
			expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC|BSD|Apache)`, "m"));
		}
	});

	test("comes with a compile cache that V8 accepts", () => {
		const preloaded = join(ROOT, "test", "fixtures", "compiled-ahead.cjs");
		const { stderr, status } = spawnSync(process.execPath, [
			"--require",
			preloaded,
			join(ROOT, "bin", "agent.cjs"),
			"--version",
		]);
		expect(status).toBe(0);
		const files = JSON.parse(stderr.toString()) as Record<string, boolean>;
		expect(files).toHaveProperty("main.cjs");
		expect(Object.values(files)).not.toContain(false);
	});

	test("is what the package consists of, with documents and templates", () => {
		const out = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
			cwd: ROOT,
			encoding: "utf8",
		});
		const [pack] = JSON.parse(out) as [{ files: { path: string }[] }];
		const folders = new Set(pack.files.map(({ path }) => path.replace(/\/.*/, "")));
		expect([...folders].toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
			"CHANGELOG.md",
			"LICENSE",
			"README.md",
			"bin",
			"deploy",
			"dist",
			"docs",
			"package.json",
			"templates",
		]);
	});
});
