import { execFileSync } from "node:child_process";
import { parseEnv } from "node:util";
import { assert, asyncProperty, constantFrom, string } from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { JsonText, type Origin, type Piece } from "./format.ts";
import { brokenOut } from "./mod.ts";

const origin = (field: string): Origin => ({
	file: "openai.tmpl",
	line: 3,
	column: 8,
	expression: "{{ .Data.data.api_key }}",
	path: "secret/data/llm/openai",
	field,
});
const text = (words: string): Piece => ({ kind: "text", text: words });
const asItIs = (value: string, field = "api_key"): Piece => ({
	kind: "value",
	value,
	raw: true,
	origin: origin(field),
});

/** The fields whose values break out of `before VALUE after`. */
async function loose(format: string, around: readonly [string, string], value: string) {
	const found = await brokenOut(format, [text(around[0]), asItIs(value), text(around[1])]);
	return found.map(({ field }) => field);
}

const IN_QUOTES = ['export K="', '"\n'] as const;

test.each([
	["shell", IN_QUOTES, "sk-plain_1.2/3"],
	["shell", ["K='", "'\n"], "two words $HOME"],
	["shell", ["K=", "\n"], "abc"],
	["dotenv", ["K=", "\n"], "sk-plain"],
	["dotenv", ['K="', '"\n'], "two words"],
	["json", ['{"k": "', '"}'], "two words"],
	["json", ['{"k": ', "}"], "8080"],
	["yaml", ["k: ", "\n"], "plain"],
	["yaml", ['k: "', '"\n'], "a: b"],
	["properties", ["k=", "\n"], "plain"],
	["text", ["", ""], 'any"$(thing)'],
] as const)("%s: a value that comes back as it is, is no news (%j %j)", async (format, around, value) => {
	expect(await loose(format, around, value)).toEqual([]);
});

test.each([
	["shell", IN_QUOTES, "$(id)"],
	["shell", IN_QUOTES, "`id`"],
	["shell", IN_QUOTES, 'a"; rm -rf /; "'],
	["shell", ["K=", "\n"], "two words"],
	["shell", ["K='", "'\n"], "it's"],
	["dotenv", ["K=", "\n"], "one\nADMIN=1"],
	["dotenv", ["K=", "\n"], "half # comment"],
	["dotenv", ['K="', '"\n'], '""'],
	["shell", ['K="a ', ' b"\n'], '"x"'],
	["json", ['{"k": "', '"}'], 'a", "admin": "1'],
	["json", ['{"k": "', '"}'], "one\ntwo"],
	["json", ['{"k": ', "}"], "text"],
	["yaml", ["k: ", "\n"], "a: b"],
	["yaml", ["k: ", "\n"], "one\nadmin: true"],
	["yaml", ['k: "', '"\n'], 'say "hi"'],
	["properties", ["k=", "\n"], "one\nadmin=1"],
] as const)("%s: a value that breaks out is named (%j %j)", async (format, around, value) => {
	expect(await loose(format, around, value)).toEqual(["api_key"]);
});

test("of many values those are named that break out", async () => {
	const pieces = [
		text('export A="'),
		asItIs("plain", "a"),
		text('"\nexport B="'),
		asItIs("$(id)", "b"),
		text('"\n'),
	];

	const found = await brokenOut("shell", pieces);

	expect(found).toEqual([origin("b")]);
});

const asJson = (value: string): Piece => ({
	kind: "value",
	value: new JsonText(JSON.stringify(value)),
	raw: true,
	origin: origin("api_key"),
});

test.each([
	["shell", ["export K=", "\n"], "$(id)"],
	["shell", ['export K="', '"\n'], "two words"],
	["json", ['{"k": "', '"}'], "two words"],
	["dotenv", ["K=", "\n"], "$HOME"],
] as const)(
	"%s: JSON is as loose as any value where it is no structure (%j %j)",
	async (format, around, value) => {
		const found = await brokenOut(format, [text(around[0]), asJson(value), text(around[1])]);

		expect(found).toEqual([origin("api_key")]);
	},
);

test.each([
	["cat <<EOT\n", "\nEOT\n"],
	["K=$(echo ", ")\n"],
	["K=`echo ", "`\n"],
	['K="${X:-', '}"\n'],
	["K=$'", "'\n"],
	["K=(", ")\n"],
])(
	"in a text of the author's that cannot be read every value but a plain one is named (%j)",
	async (before, after) => {
		expect(await loose("shell", [before, after], "$(id)")).toEqual(["api_key"]);
		expect(await loose("shell", [before, after], "two words")).toEqual(["api_key"]);
		expect(await loose("shell", [before, after], "sk-plain")).toEqual([]);
	},
);

test.each([
	["shell", ["K=", "\n"], '"sk-plain"'],
	["shell", ["K=", "\n"], "'two words'"],
	["json", ['{"k": ', "}"], '"two words"'],
	["yaml", ["k: ", "\n"], '"a: b"'],
] as const)(
	"%s: a value in quotes of its own is what stands in them (%j %j)",
	async (format, around, value) => {
		expect(await loose(format, around, value)).toEqual([]);
	},
);

test("of a text that is too long to be read often, values are told by how they look", async () => {
	const many = Array.from({ length: 60_000 }, (_, index) => [
		text(`K${index}="`),
		asItIs(index === 7 ? "$(id)" : "abc", `f${index}`),
		text('"\n'),
	]);

	expect(await brokenOut("shell", many.flat())).toEqual([origin("f7")]);
});

test("names made of fields, and JSON made of a whole secret, are what they are meant to be", async () => {
	const json: Piece = { kind: "value", value: new JsonText('{"a":"b"}'), raw: true, origin: origin("all") };

	expect(await brokenOut("dotenv", [asItIs("NAME"), text("="), asItIs("plain"), text("\n")])).toEqual([]);
	expect(await brokenOut("json", [text('{"k": '), json, text("}")])).toEqual([]);
});

test("what is escaped anyway, and a text that is not of the format, is not judged", async () => {
	const escaped: Piece = { kind: "value", value: "$(id)", raw: false, origin: origin("api_key") };

	expect(await brokenOut("shell", [text('export K="'), escaped, text('"\n')])).toEqual([]);
	expect(await brokenOut("json", [text("{ broken "), asItIs("x"), text("\n")])).toEqual([]);
});

/** What readers of each format, none of them ours, take from the variable or key K. */
const READERS = {
	dotenv: (raw: string) => parseEnv(raw)["K"],
	json: (raw: string) => JSON.parse(raw).K as unknown,
	shell: (raw: string) => execFileSync("sh", ["-c", `${raw}printf %s "$K"`], { encoding: "utf8" }),
	yaml: (raw: string) => parse(raw).K as unknown,
} as const;

const AROUND = {
	dotenv: ['K="', '"\n'],
	json: ['{"K": "', '"}'],
	shell: ['K="', '"\n'],
	yaml: ['K: "', '"\n'],
} as const;

test("no news means that real readers get the value", async () => {
	const formats = constantFrom("dotenv", "json", "shell", "yaml");
	const values = string({ unit: constantFrom(...Array.from("ab1 $`\"'\\\n#:(){}=,")), maxLength: 8 });
	await assert(
		asyncProperty(formats, values, async (format, value) => {
			if ((await loose(format, AROUND[format], value)).length > 0) return;

			expect(READERS[format](AROUND[format].join(value))).toBe(value);
		}),
	);
});
