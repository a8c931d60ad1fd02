import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const DOCS = join(import.meta.dirname, "..", "..", "docs");
const page = readFileSync(join(DOCS, "security.md"), "utf8");
const [, threats = ""] = page.split("\n## Threats\n");
const rows = threats
	.split("\n## ")[0]
	?.split("\n")
	.filter((line) => line.startsWith("| ") && !line.startsWith("| threat |"))
	.map((line) => line.slice(2, -2).split(" | "));

test("every threat has somebody, something that stops it, and a test of that name", () => {
	expect(rows?.length).toBeGreaterThan(40);
	for (const [threat = "", who = "", stop = "", tests = "", ...more] of rows ?? []) {
		const links = Array.from(tests.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g));

		expect(
			[threat, who, stop].every((cell) => cell !== ""),
			threat,
		).toBe(true);
		expect(more, threat).toEqual([]);
		expect(links.length, threat).toBeGreaterThan(0);
		for (const [, name = "", path = ""] of links) {
			const file = join(DOCS, path);
			expect(existsSync(file) && file.endsWith(".test.ts"), path).toBe(true);
			expect(readFileSync(file, "utf8"), `${path}: ${name}`).toContain(name);
		}
	}
});
