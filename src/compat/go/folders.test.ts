import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const HERE = import.meta.dirname;
const ROW = /^\| `(?<folder>\w+)\/` \|[^|]*\|(?<allowed>[^|]*)\|$/gm;

/** The table in README.md is the rule; this test only enforces it. */
function readFolders(): ReadonlyMap<string, readonly string[]> {
	const folders = new Map<string, readonly string[]>();
	for (const { groups = {} } of readFileSync(join(HERE, "README.md"), "utf8").matchAll(ROW)) {
		const { folder = "", allowed = "" } = groups;
		const names = allowed.split(",").map((name) => name.trim());
		folders.set(folder, names[0] === "all of the above" ? [...folders.keys()] : names);
	}
	return folders;
}

function imports(pattern: string, target: RegExp): readonly (readonly [file: string, target: string])[] {
	return globSync(pattern, { cwd: HERE })
		.filter((file) => !file.endsWith(".test.ts"))
		.flatMap((file) => {
			const text = readFileSync(join(HERE, file), "utf8");
			return [...text.matchAll(target)].map(({ 1: name = "" }) => [file, name] as const);
		});
}

test("folders of Go templates import only what their README allows", () => {
	const folders = readFolders();

	const found = imports("*/*.ts", /\bfrom "\.\.\/(\w+)\//g);

	expect(folders.size).toBeGreaterThan(0);
	expect(found.length).toBeGreaterThan(folders.size);
	expect(found.filter(([file, target]) => !folders.get(file.split("/")[0] ?? "")?.includes(target))).toEqual(
		[],
	);
});

test("the rest of the room comes in by their door", () => {
	const found = imports("../*/*.ts", /\bfrom "\.\.\/go\/([^"]+)"/g);

	expect(found.length).toBeGreaterThan(0);
	expect(found.filter(([, target]) => target !== "mod.ts")).toEqual([]);
});
