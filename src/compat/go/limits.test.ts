import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultOf, rendered } from "../../../test/support/go-template-bench.ts";
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

	test.each([String.raw`(\w+)://[^@]*@|\w`, "((a{0,50}){0,20}b)|a"])(
		"a pattern of many parts is stopped sooner: %s",
		(pattern) => {
			expect(() => compileRegexp(pattern).replaceAll("a".repeat(6200), "")).toThrow(/too many matches/);
		},
	);

	test("a pattern of many parts over a long text is refused", () => {
		expect(() => compileRegexp("(a{0,50}){0,20}b").test("a".repeat(400_000))).toThrow(/too long for this/);
	});

	test("a pattern that ends with its match is not", () => {
		const text = "a ".repeat(100_000);

		expect(compileRegexp(" +").replaceAll(text, "")).toBe("a".repeat(100_000));
	});

	test("a pattern that would never end elsewhere ends", () => {
		expect(compileRegexp("^(a+)+$").test(`${"a".repeat(5000)}b`)).toBe(false);
	});
});

describe("work within steps", () => {
	const searched = `{{ $b := "${"x".repeat(400_000)}" }}`;
	const list = '{{ $b := split "," "' + Array.from({ length: 20_000 }, (_, n) => `n${n}`).join() + '" }}';

	test.each([
		[
			"a long text that is searched again and again",
			`${searched}{{ range loop 40000 }}{{ contains . $b }}{{ end }}`,
		],
		["a text that grows", '{{ $s := "x" }}{{ range loop 100000 }}{{ $s = print $s "0123456789" }}{{ end }}'],
		[
			"a list that grows",
			"{{ $l := sprig_list }}{{ range loop 100000 }}{{ $l = sprig_append $l . }}{{ end }}",
		],
		[
			"maps of maps",
			"{{ $d := sprig_dict }}{{ range loop 100000 }}{{ $d = sprig_deepCopy (sprig_dict `a` $d `b` $d) }}{{ end }}",
		],
		[
			"lists of lists",
			"{{ $l := sprig_list 1 }}{{ range loop 99 }}{{ $l = sprig_rest (sprig_list $l $l $l) }}{{ sprig_has $l $l }}{{ end }}",
		],
		[
			"a map that is put in order again and again",
			`${list}{{ $d := sprig_dict }}{{ range $b }}{{ $_ := sprig_set $d . 1 }}{{ end }}{{ range $b }}{{ range $d }}{{ break }}{{ end }}{{ end }}`,
		],
		[
			"values of scratch space",
			`${list}{{ range $b }}{{ scratch.MapSet "a" . 1 }}{{ $_ := scratch.MapValues "a" }}{{ end }}`,
		],
		["each of a list and each of another", `${list}{{ $c := sprig_concat $b $b }}{{ containsAll $c $c }}`],
		[
			"patterns",
			String.raw`{{ range loop 100000 }}{{ regexReplaceAll "(\\w+)://[^@]*@|\\w" "" "${"a".repeat(1500)}" }}{{ end }}`,
		],
		["a pattern that is read again and again", '{{ range loop 100000 }}{{ regexMatch "a+b" "x" }}{{ end }}'],
		[
			"texts of templates",
			`${searched}{{ define "t" }}{{ . }}{{ end }}{{ range loop 100000 }}{{ $_ := executeTemplate "t" $b }}{{ end }}`,
		],
	])("is bounded: %s", { timeout: 30_000 }, async (_what, template) => {
		const fault = await faultOf(template);

		expect(fault.message).toMatch(/too much has been gone through/);
		expect(fault.rows["in"]).toMatch(/^t\.ctmpl:1:\d+ /);
	});

	test("that goes once through what is there is not", async () => {
		const text = `${list}{{ $d := sprig_dict }}{{ range $b }}{{ $_ := sprig_set $d . (sprig_list .) }}{{ end }}{{ range $b }}{{ if ne (index $d . 0) (sprig_first (sprig_get $d .)) }}x{{ end }}{{ end }}{{ len $d }}`;

		expect(await rendered(text)).toBe("20000");
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
