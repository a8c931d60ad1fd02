import { describe, expect, test } from "vitest";
import { FUNCTION_NOTES } from "../../../../dev/go-function-notes.ts";
import { parseGoTemplate } from "../mod.ts";
import { REFUSED_FUNCTIONS } from "./refused.ts";
import { vaultFunctions } from "./vault.ts";

const notes = [...FUNCTION_NOTES.values()].flatMap((group) => [...group.keys()]);

const OPTIONS = { file: "a.tpl", errorOnMissingKey: false, isEscaped: false, denied: [] };

describe("functions of consul-template", () => {
	test.each([
		["toYMAL", "toYAML"],
		["regexMatsh", "regexMatch"],
		["secrt", "secret"],
	])("a misspelt %s is told from %s", async (written, meant) => {
		await expect(parseGoTemplate(`{{ ${written} "x" }}`, OPTIONS)).rejects.toThrow(
			`did you mean "${meant}"?`,
		);
	});

	test.each([
		["plugin", /runs a program/],
		["key", /reads Consul/],
		["nomadVar", /reads Nomad/],
		["spew_sdump", /prints values/],
	])("%s is refused with the reason", async (name, reason) => {
		await expect(parseGoTemplate(`{{ ${name} "x" }}`, OPTIONS)).rejects.toThrow(reason);
	});

	test("each has a note for the docs", async () => {
		const functions = await vaultFunctions(new Set(notes));

		expect([...functions.keys()].toSorted()).toEqual(notes.toSorted());
	});

	test("none is both there and refused", () => {
		expect(notes.filter((name) => REFUSED_FUNCTIONS.has(name))).toEqual([]);
	});

	test("what brings a package with it is not there unless it is named", async () => {
		const without = await vaultFunctions(new Set(["secret"]));
		const withYaml = await vaultFunctions(new Set(["toYAML"]));

		expect([without.has("toYAML"), without.has("regexMatch")]).toEqual([false, false]);
		expect([withYaml.has("toYAML"), withYaml.has("regexMatch")]).toEqual([true, false]);
	});
});
