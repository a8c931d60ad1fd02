import { mkdirSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readFileWithin } from "../../src/cli/read-file-sync.ts";
import { errorCode } from "../../src/kernel/mod.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { parseTemplate, plainText } from "../../src/template/mod.ts";
import { folder } from "../support/folder.ts";

/** Roots `a` and, by a link, `b`, which has a link out of it; a file in each, and one outside. */
function roots() {
	const place = folder();
	for (const name of ["a/in", "real-b/in", "outside", "a-sibling/in"]) place.write(name, name);
	symlinkSync(place.at("real-b"), place.at("b"));
	symlinkSync(place.at("outside"), place.at("a/leak"));
	symlinkSync(place.at("real-b/in"), place.at("a/to-b"));
	return { place, roots: [place.at("a"), place.at("b"), place.at("none")] };
}

describe("a file of a template, where there are roots,", () => {
	test.each([
		["a/in", "a/in"],
		["b/in", "real-b/in"],
		["real-b/in", "real-b/in"],
		["a/../a/in", "a/in"],
		["a/to-b", "real-b/in"],
	])("is read below one of them: %s", (name, text) => {
		const { place, roots: within } = roots();

		expect(readFileWithin(`${place.path}/${name}`, within)).toBe(text);
	});

	test.each(["outside", "a/leak", "a/../outside", "a-sibling/in", "a/in/../../outside"])(
		"is not read elsewhere: %s",
		(name) => {
			const { place, roots: within } = roots();

			expect(() => readFileWithin(`${place.path}/${name}`, within)).toThrow(
				expect.objectContaining({
					code: expect.stringMatching(/^(outside of file_roots|ENOTDIR)$/) as string,
				}),
			);
		},
	);

	test.each(["/proc/self/environ", "/proc/self/cmdline", "/proc/1/environ", "/dev/zero", "/etc/passwd"])(
		"is not read from the system: %s",
		(path) => {
			expect(() => readFileWithin(path, roots().roots)).toThrow(
				expect.objectContaining({
					code: expect.stringMatching(/^(outside of file_roots|EACCES)$/) as string,
				}),
			);
		},
	);

	test("is not read elsewhere because a link leads there by now", () => {
		const { place, roots: within } = roots();
		const link = place.at("a/flips");
		symlinkSync(place.at("a/in"), link);
		symlinkSync(place.at("outside"), place.at("other"));
		const outcome = () => {
			try {
				return readFileWithin(link, within);
			} catch (error) {
				return errorCode(error);
			}
		};

		const outcomes = [outcome()];
		renameSync(link, place.at("aside"));
		renameSync(place.at("other"), link);
		outcomes.push(outcome());

		expect(outcomes).toEqual(["a/in", "outside of file_roots"]);
	});
});

test("a file without end is given up", () => {
	expect(() => readFileWithin("/dev/zero", [])).toThrow(expect.objectContaining({ code: "EFBIG" }));
});

test("a file that is removed while it is read, or is none, is named by its code", () => {
	const place = folder();
	mkdirSync(place.at("folder"));
	unlinkSync(place.write("gone", "x"));

	expect(() => readFileWithin(place.at("gone"), [])).toThrow(expect.objectContaining({ code: "ENOENT" }));
	expect(() => readFileWithin(place.at("folder"), [])).toThrow(expect.objectContaining({ code: "EISDIR" }));
});

test("file_roots of the config hold for templates, from the config's folder", async () => {
	const { place } = roots();
	const { fileRoots } = await loadConfig({
		file: join(place.path, "agent.yaml"),
		readFile: () => Promise.resolve("file_roots: [a]"),
		env: {},
		flags: {},
		cwd: "/",
		isTerminal: false,
		needsServer: false,
	});
	const render = (name: string) => {
		const template = parseTemplate(`{{file "${place.at(name)}"}}`, {
			file: "t.hbs",
			allowEmpty: false,
			fileRoots,
		});
		const inputs = { lookup: () => ({ kind: "pending" }) as const, env: () => undefined, now: () => 0 };
		const pass = template.render({ ...inputs, readFile: readFileWithin });
		return pass.kind === "complete" ? plainText(pass.pieces as never, undefined) : pass;
	};

	expect(render("a/in")).toBe("a/in");
	expect(() => render("outside")).toThrow(`file cannot read ${place.at("outside")} (outside of file_roots)`);
});
