import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textsOf } from "./functions/define.ts";
import { fromJson } from "./values/from-json.ts";
import { GoFault } from "./values/fault.ts";
import { parseGoYaml } from "./documents/parse-yaml.ts";
import { compileRegexp } from "./functions/regexp.ts";
import { scratchOf } from "./functions/scratch.ts";
import { STRING_FUNCTIONS } from "./functions/strings.ts";
import { toGoJson } from "./documents/to-json.ts";
import { toGoToml } from "./documents/to-toml.ts";
import { toGoYaml } from "./documents/to-yaml.ts";
import { GoInteger, GoMap, type GoValue } from "./values/values.ts";
import { vaultFunctions } from "./functions/vault.ts";

const call = (name: string, ...args: GoValue[]) => STRING_FUNCTIONS.get(name)?.run(args, undefined as never);
const long = "x".repeat(3 * 1024 * 1024);

describe("what a value could be made for", () => {
	test.each([
		["replaceAll", () => call("replaceAll", "x", "yyyy", long)],
		["replaceAll of nothing", () => call("replaceAll", "", long, "xxx")],
		["join", () => call("join", long, textsOf(Array.from("abcd")))],
		["indent", () => call("indent", new GoInteger("int", 2n ** 40n), "a")],
		["indent of many lines", () => call("indent", new GoInteger("int", 1000n), "a\n".repeat(100_000))],
	])("is bounded: %s", (_name, run) => {
		expect(run).toThrow(/would make more than 8 MiB/);
	});

	test("a map that holds itself is no endless text", () => {
		const space = new GoMap("interface {}", new Map());
		scratchOf(space).methods.get("Set")?.run(["self", space]);

		for (const write of [toGoYaml, toGoToml, json]) {
			expect(() => write(space)).toThrow(/holds itself/);
		}
	});

	test("aliases of merged maps are no endless memory", () => {
		const names = Array.from({ length: 500 }, (_, index) => `k${index}: 1`);
		const items = Array.from({ length: 500 }, () => "- {<<: *b}");

		expect(() => parseGoYaml(`b: &b {${names.join()}}\nl:\n${items.join("\n")}`)).toThrow(/too many values/);
	});

	test("aliases that multiply are no endless value", () => {
		const lines = Array.from({ length: 20 }, (_, index) => {
			const before = index === 0 ? "x" : `*a${index - 1}`;
			return `a${index}: &a${index} [${Array.from({ length: 9 }, () => before).join()}]`;
		});

		expect(() => parseGoYaml(lines.join("\n"))).toThrow(/too many values/);
	});

	test("an alias of what it is a part of is refused", () => {
		expect(() => parseGoYaml("a: &a [*a]")).toThrow(GoFault);
	});

	test("a loop has an end", async () => {
		const loop = (await vaultFunctions(new Set())).get("loop");

		expect(() => loop?.run([new GoInteger("int", 2n ** 62n)], undefined as never)).toThrow(
			/more than 100000 turns/,
		);
	});

	test("a path of many parts is no endless map", async () => {
		const explode = (await vaultFunctions(new Set())).get("explodeMap");
		const map = new GoMap("interface {}", new Map([["a/".repeat(1000), "x"]]));

		expect(() => explode?.run([map], undefined as never)).toThrow(/nested too deeply/);
	});

	test("a pattern that searches to the end again and again is stopped", { timeout: 60_000 }, () => {
		const text = "a".repeat(1_000_000);

		expect(() => compileRegexp("a.*b|a").replaceAll(text, "")).toThrow(/too many matches/);
	});

	test("a pattern that ends with its match is not", () => {
		const text = "a ".repeat(100_000);

		expect(compileRegexp(" +").replaceAll(text, "")).toBe("a".repeat(100_000));
	});

	test("a pattern that would never end elsewhere ends", () => {
		expect(compileRegexp("^(a+)+$").test(`${"a".repeat(5000)}b`)).toBe(false);
	});
});

describe("what is written can be read back", () => {
	const text = fc.string({ unit: "binary", maxLength: 20 }).map((one) => one.replaceAll("\uFEFF", ""));
	const value = fc.letrec<{ any: unknown }>((tie) => ({
		any: fc.oneof(
			{ maxDepth: 3 },
			text,
			fc.integer(),
			fc.boolean(),
			fc.constant(null),
			fc.array(tie("any"), { maxLength: 3 }),
			fc.dictionary(text, tie("any"), { maxKeys: 3 }),
		),
	})).any;
	const wellFormed = value.map((one) => fromJson(JSON.parse(JSON.stringify(one)) as never, Number));

	test("as YAML", () => {
		fc.assert(
			fc.property(wellFormed, (one) => {
				expect(json(parseGoYaml(toGoYaml(one)))).toBe(json(one));
			}),
		);
	});

	test("as JSON", () => {
		fc.assert(
			fc.property(wellFormed, (one) => {
				expect(json(fromJson(JSON.parse(json(one)) as never, Number))).toBe(json(one));
			}),
		);
	});
});

function json(value: GoValue): string {
	return toGoJson(value, { isPretty: false, isHtmlSafe: true });
}
