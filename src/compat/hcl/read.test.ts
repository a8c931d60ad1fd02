import * as fc from "fast-check";
import { parse } from "js-hcl-parser";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../config/mod.ts";
import type { HclBody, HclItem, HclValue } from "./body.ts";
import { readHcl, readHclJson } from "./read.ts";
import { readBody } from "./read-any.ts";

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** As HCL 1 decodes into nothing in particular: a block is a list of maps, and a label one more of them. */
function plain(body: HclBody): { [key: string]: Plain } {
	const result: { [key: string]: Plain } = {};
	for (const item of body.items) {
		const before = result[item.key];
		const value = plainItem(item);
		result[item.key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
	}
	return result;
}

function json(value: HclValue): Plain {
	if (value.kind === "list") return value.items.map(json);
	if (value.kind !== "object") return plainValue(value);
	return Object.fromEntries(value.body.items.map((item) => [item.key, json(item.value)]));
}

function plainItem({ labels, value }: HclItem): Plain {
	const inner = value.kind === "object" ? [plain(value.body)] : plainValue(value);
	return labels.toReversed().reduce<Plain>((within, { text }) => [{ [text]: within }], inner);
}

function plainValue(value: HclValue): Plain {
	switch (value.kind) {
		case "text":
			return value.text;
		case "number":
			return value.number;
		case "bool":
			return value.bool;
		case "null":
			return null;
		case "list":
			return value.items.map(plainValue);
		default:
			return plain(value.body);
	}
}

/** What Go's own package makes of it; undefined when it refuses. */
function oracle(text: string): Plain | undefined {
	try {
		const answer = parse(text);
		return answer.startsWith("unable to ") ? undefined : (JSON.parse(answer) as Plain);
	} catch {
		return undefined; // it panics on some
	}
}

function problemOf(read: () => unknown): string {
	try {
		read();
	} catch (error) {
		if (error instanceof ConfigError) return error.message;
		throw error;
	}
	return "";
}

const ACCEPTED: readonly string[] = [
	"",
	"# nothing but a comment",
	'a = "x"\n',
	'a = "x" b = 2',
	"a { b = 1, c = 2 }",
	"a = { b = 1 }",
	'template { destination = "/a" }\ntemplate { destination = "/b" }',
	'method "kubernetes" { config = { role = "x" } }',
	"a b c { d = 1 }",
	"a.b-c = 1",
	'"a b" = 1',
	"a = 1 /* c */ b = 2 // d\n# e\nc = 3",
	"perms = 0640",
	"a = 0x1F b = -0x1f c = -12 d = 1.5e-3 e = .5 f = 1. g = 1e5 h = 0 i = 0.25 j = 08.5",
	"a = [1, 2, 3,]",
	"a = [[1] [2],,3]",
	'a = [\n\t"x", # one\n\t{ b = 1 },\n]',
	"a = [{ b { c = 1 } }]",
	String.raw`a = "\a\b\f\n\r\t\v\\\" \x41\101A\U0001F600"`,
	String.raw`a = "\xc3\xa9\303\251"`,
	'a = "${b "x" {c} }, d"',
	'a = "$${b}"',
	'a = "l1 ${\n}"',
	'a = "{{ .x }} $ {y"',
	"a = <<EOT\nx\n\n  y\nEOT\n",
	"a = <<EOT\nEOT\n",
	"a = <<EOT\n  x\n  EOT\n",
	"a = <<-EOT\n    x\n      y\n    EOT\n",
	"a = <<-EOT\n  x\n\n  y\n  EOT\n",
	"a = <<-EOT\n x\n  y\n    EOT\n",
	"a = <<EOT\nEOTX\nXEOT\nEOT \nEOT\nb = 1",
	"a = <<E\r\nx\r\n\r\nE\r\nb = true\r\n",
	"a = [<<E\nx\nE\n, 1]",
	"é = 1",
];

const NEITHER = "this key has no = after it (nor a {, if it is a block)";

const REFUSED: readonly (readonly [text: string, problem: string])[] = [
	[
		'a = "x',
		"1:5: this text is not closed in its line; end it with a quote, or write several lines as <<EOT … EOT",
	],
	[
		'a = "x\ny"',
		"1:5: this text is not closed in its line; end it with a quote, or write several lines as <<EOT … EOT",
	],
	['a = "${x"', '1:5: this text is not closed: the } of a "${" in it is missing'],
	[String.raw`a = "\d"`, String.raw`1:6: unknown escape in quotes; a backslash is written \\`],
	[
		String.raw`a = "\u12"`,
		String.raw`1:6: an escape is \000 (octal), \x00, \u0000 or \U00000000, with all of its digits`,
	],
	[
		String.raw`a = "\400"`,
		String.raw`1:6: an escape is \000 (octal), \x00, \u0000 or \U00000000, with all of its digits`,
	],
	["a = <<EOT\nx\n", "1:5: this text is not closed: a line with EOT alone is missing"],
	["a = <<EOT\nx\nEOT", "3:1: the line of EOT, which ends the text, has to be ended itself"],
	["a = <<EOT\nx\n  EOT \n", "3:1: nothing may follow EOT in the line that ends the text, not even a blank"],
	[
		"a = <<-EOT\n  x\nEOT\n",
		"3:1: EOT does not end the text here: after <<-EOT it has to be indented; or write <<EOT",
	],
	["a = <<EOT x\nEOT\n", "1:10: nothing may follow <<EOT in its line"],
	['a = <<"EOT"\nEOT\n', "1:5: expected a heredoc: << and a name such as EOT"],
	["a = <x", "1:5: expected a heredoc: << and a name such as EOT"],
	["a {\n  b {\n  }\n", "1:3: this { is not closed: its } is missing"],
	["a = [1,\n", "1:5: this [ is not closed: its ] is missing"],
	["a {\n}\n}\n", "3:1: this } closes nothing; a { is missing before it"],
	["/* x", "1:1: this comment is not closed: */ is missing"],
	["a = /etc/x", "1:5: expected a comment (// or /*); a path needs quotes"],
	["a = x", "1:5: a text needs quotes"],
	["a = [x]", "1:6: a text needs quotes"],
	["a = 30s", '1:5: what begins with a digit and is no number needs quotes, such as "30s"'],
	["a = 08", "1:5: a number that begins with 0 is octal: its digits are 0 to 7"],
	["a = 0x", '1:5: what begins with a digit and is no number needs quotes, such as "30s"'],
	["a = 99999999999999999999", "1:5: this number is too large"],
	["a = 1e999", "1:5: this number is too large"],
	["a = - 5", "1:5: this sign means nothing here; a text needs quotes"],
	["a = 'x'", "1:5: this sign means nothing here; a text needs quotes"],
	["a = }", "1:5: expected a value"],
	["a", "1:2: expected = and a value, or { and what a block holds"],
	["a, b = 1", "1:2: expected = and a value, or { and what a block holds"],
	["a b = 1", "1:5: a block with a label takes its { without ="],
	['t {\n  a  "/x"\n  b = "y"\n}', `2:3: ${NEITHER}`],
	['t {\n  a\n  b = "y"\n}', `2:3: ${NEITHER}`],
	['t {\n  a "x"\n  b "y"\n  c = "z"\n}', `2:3: ${NEITHER}`],
	['t {\n  a "/x"\n}', `2:3: ${NEITHER}`],
	['a "/x"\n', `1:1: ${NEITHER}`],
	["= 1", "1:1: expected a key"],
	["true = 1", "1:1: expected a key"],
	["{{}}", "1:1: expected a key"],
	['a = ["x" "y"]', "1:10: expected a comma, or the ] that ends the list"],
	["a {\n\tb = \u0000\n}", "2:6: this sign means nothing here; a text needs quotes"],
];

const QUOTES = String.raw`this quote ends the text before what seems to be the rest of it; within quotes write \", or write the text as <<EOT … EOT`;

describe("readHcl", () => {
	test.each(ACCEPTED)("reads %j as Go's package does", (text) => {
		expect(plain(readHcl("a.hcl", text))).toEqual(oracle(text));
	});

	test.each(REFUSED)("refuses %j, as Go's package does, and says where", (text, problem) => {
		expect(problemOf(() => readHcl("a.hcl", text))).toBe(`a.hcl:${problem}`);
		expect(oracle(text)).toBeUndefined();
	});

	test.each([
		['a = "{{ with secret "secret/data/x" }}{{ .Data }}"', "1:21"],
		['t {\n  a = "{{ key "x"y }}"\n  b = 1\n}', "2:15"],
		['t {\n  a = "{{ with secret "x" }}"\n  b = "y"\n}', "2:23"],
	])("says of %j that a quote in the text ends it", (text, place) => {
		expect(problemOf(() => readHcl("a.hcl", text))).toBe(`a.hcl:${place}: ${QUOTES}`);
	});

	test("knows line and column of keys, labels and values", () => {
		const body = readHcl("a.hcl", '\uFEFF# c\r\nsink "file" {\r\n\tpath = <<E\r\nx\r\nE\r\n}\r\n');

		expect(body.items).toEqual([
			{
				key: "sink",
				place: { line: 2, column: 1 },
				labels: [{ text: "file", place: { line: 2, column: 6 } }],
				value: {
					kind: "object",
					place: { line: 2, column: 13 },
					body: {
						place: { line: 2, column: 13 },
						items: [
							{
								key: "path",
								place: { line: 3, column: 2 },
								labels: [],
								value: { kind: "text", text: "x\n", isHeredoc: true, place: { line: 3, column: 9 } },
							},
						],
					},
				},
			},
		]);
	});

	test("keeps the digits of a number as they were written", () => {
		const [item] = readHcl("a.hcl", "mode = 0640").items;

		expect(item?.value).toMatchObject({ number: 416, source: "0640" });
	});

	test("refuses a file that was cut off after a key, which Go's package takes for its end", () => {
		expect(problemOf(() => readHcl("a.hcl", "a ="))).toBe("a.hcl:1:4: expected a value");
	});

	test("refuses bytes that are no text", () => {
		expect(problemOf(() => readHcl("a.hcl", String.raw`a = "x\xff"`))).toBe(
			"a.hcl:1:5: the bytes that this text escapes are no text (UTF-8)",
		);
	});

	test.each([
		["blocks", "a {".repeat(200_000), "a.hcl:1:303"],
		["lists", `a = ${"[".repeat(200_000)}`, "a.hcl:1:105"],
	])("refuses %s that are nested too deeply", (_, text, place) => {
		expect(problemOf(() => readHcl("a.hcl", text))).toBe(`${place}: this is nested more than 100 deep`);
	});

	test.each([
		["quotes", `a = "${"x".repeat(1_000_000)}`],
		["an escape at each character", `a = "${String.raw`\n`.repeat(500_000)}"`],
		["comments", "#\n".repeat(500_000)],
		["blanks before a heredoc's end", `a = <<-E\n${" \n".repeat(300_000)}${" ".repeat(300_000)}x\n  E\n`],
		["heredoc lines that look like its end", `a = <<EOT\n${"EOT \n".repeat(200_000)}EOT\n`],
		["labels", "a ".repeat(300_000)],
		["opened templates", `a = "${"${".repeat(300_000)}`],
	])("takes time in proportion to the length: %s", (_, text) => {
		const begin = performance.now();

		problemOf(() => readHcl("a.hcl", text));

		expect(performance.now() - begin).toBeLessThan(2_000);
	});

	test("reads what is generated as Go's package does", () => {
		fc.assert(
			fc.property(documents(3), (text) => {
				expect(plain(readHcl("a.hcl", text))).toEqual(oracle(text));
			}),
			{ numRuns: 200 },
		);
	});

	test("refuses and accepts scrambled text as Go's package does", () => {
		fc.assert(
			fc.property(scrambled, (text) => {
				const problem = problemOf(() => readHcl("a.hcl", text));

				expect(problem === "", `${JSON.stringify(text)}: ${problem}`).toBe(oracle(text) !== undefined);
			}),
			{ numRuns: 500 },
		);
	});
});

describe("readHclJson", () => {
	test("reads what HCL's JSON form may hold", () => {
		const text = String.raw`{ "a": { "b": [1, true, null, { "c": "é\n\"😀" },] }, "d": -1.5e2, "a": 0, }`;

		expect(readHclJson("a.json", text).items.map(({ key, value }) => [key, json(value)])).toEqual([
			["a", { b: [1, true, null, { c: 'é\n"😀' }] }],
			["d", -150],
			["a", 0],
		]);
	});

	test("knows line and column of keys and values", () => {
		const [item] = readHclJson("a.json", '{\n  "a":\n    "x"\n}').items;

		expect(item).toEqual({
			key: "a",
			place: { line: 2, column: 3 },
			labels: [],
			value: { kind: "text", text: "x", place: { line: 3, column: 5 } },
		});
	});

	test.each([
		["[1]", "1:1: expected an object: { and what the file holds"],
		["{} x", "1:4: nothing may follow the object that a JSON file is"],
		['{"a": 1', "1:1: this { is not closed: its } is missing"],
		['{"a": [1', "1:7: this [ is not closed: its ] is missing"],
		['{"a" 1}', "1:6: expected the : between a key and its value"],
		["{a: 1}", "1:2: expected a key in quotes, or the } that ends the object"],
		['{"a": 1 "b": 2}', "1:9: expected a comma, or }"],
		['{"a": [1 2]}', "1:10: expected a comma, or ]"],
		['{"a": 0640}', "1:7: expected a value in JSON: text in quotes, a number, true, false, null, [ or {"],
		['{"a": yes}', "1:7: expected a value in JSON: text in quotes, a number, true, false, null, [ or {"],
		['{"a": "x}', "1:7: this text is not closed: a quote is missing"],
		['{"a": "x\n"}', String.raw`1:9: a line end within quotes is written \n in JSON`],
		[
			String.raw`{"a": "\d"}`,
			"1:7: this text holds an unknown escape, or a control character that needs one",
		],
	])("refuses %j and says where", (text, problem) => {
		expect(problemOf(() => readHclJson("a.json", text))).toBe(`a.json:${problem}`);
	});

	test("refuses what is nested too deeply", () => {
		const text = `{"a":${"[".repeat(200_000)}`;

		expect(problemOf(() => readHclJson("a.json", text))).toBe(
			"a.json:1:105: this is nested more than 100 deep",
		);
	});

	test("reads any JSON object as JSON.parse does", () => {
		const objects = fc.dictionary(
			fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
			fc.jsonValue({ maxDepth: 4 }),
		);
		fc.assert(
			fc.property(objects, fc.constantFrom(0, 1, "\t"), (object, indent) => {
				const text = JSON.stringify(object, null, indent);

				expect(
					json({ kind: "object", body: readHclJson("a.json", text), place: { line: 1, column: 1 } }),
				).toEqual(JSON.parse(text));
			}),
		);
	});
});

describe("readBody", () => {
	test.each([
		['\uFEFF\n { "a": 1 }', 1],
		["a = 1", 1],
	])("tells JSON from HCL by its first sign: %j", (text, number) => {
		expect(plain(readBody("a", text))).toEqual({ a: number });
	});
});

const names = fc
	.stringMatching(/^[a-z_][a-z0-9_.-]{0,6}$/)
	.filter((name) => !["true", "false"].includes(name));
const blanks = fc.constantFrom(" ", "\n", "\t", " # c\n", " // c\n", " /* c */ ", "\r\n");
const texts = fc
	.string({
		unit: fc.constantFrom(
			"a",
			" ",
			"\\n",
			'\\"',
			"\\\\",
			"{",
			"}",
			"$",
			"é",
			"😀",
			"${x}",
			'${"y"}',
			"\\u00e9",
		),
	})
	.filter((text) => !/\$\{(?!x\}|"y"\})/.test(text))
	.map((text) => `"${text}"`);
const heredocs = fc
	.tuple(
		fc.array(fc.constantFrom("x", "  y", "", '"', "\tz", "    w")),
		fc.constantFrom("", "-"),
		fc.constantFrom(" ", "  ", "\t"),
	)
	.map(([lines, dash, indent]) => `<<${dash}EOT\n${lines.map((line) => `${line}\n`).join("")}${indent}EOT\n`);
const scalars = fc.oneof(
	texts,
	heredocs,
	fc.integer().map(String),
	fc.constantFrom("true", "false", "0640", "0x1f", "-1.5e3", ".5"),
);
const values = (depth: number): fc.Arbitrary<string> =>
	depth === 0
		? scalars
		: fc.oneof(
				{ weight: 3, arbitrary: scalars },
				{
					weight: 1,
					arbitrary: fc.array(values(depth - 1), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
				},
				{ weight: 1, arbitrary: documents(depth - 1).map((body) => `{\n${body}\n}`) },
			);
/** The package refuses a key that stands with a label and without one. */
const blocks = (depth: number): fc.Arbitrary<string[]> =>
	fc.nat({ max: 2 }).chain((labels) => {
		const block = fc
			.tuple(
				fc.array(fc.oneof(names, texts), { minLength: labels, maxLength: labels }),
				blanks,
				documents(depth - 1),
			)
			.map(([given, blank, body]) => [...given, `{${blank}${body}${blank}}`].join(" "));
		return fc.array(block, { minLength: 1, maxLength: 2 });
	});
/** Keys are made to differ, but for those of blocks that stand twice. */
const documents = (depth: number): fc.Arbitrary<string> =>
	fc
		.array(
			fc.tuple(
				names,
				blanks,
				depth === 0
					? values(0).map((value) => [`= ${value}`])
					: fc.oneof(
							values(depth).map((value) => [`= ${value}`]),
							blocks(depth),
						),
			),
			{ maxLength: 4 },
		)
		.map((items) =>
			items
				.flatMap(([name, blank, bodies], index) => bodies.map((body) => `${name}${index}${blank}${body}\n`))
				.join(""),
		);

const scrambled = fc
	.array(
		fc.constantFrom(
			"a",
			" ",
			"\n",
			"=",
			"{",
			"}",
			"[",
			"]",
			",",
			'"',
			"1",
			"0",
			"8",
			"x",
			".",
			"e",
			"-",
			"true",
			"${",
			"\\",
			"\\n",
			"#",
			"//",
			"/*",
			"*/",
			"<<E\n",
			"<<-E\n",
			"\nE\n",
		),
		{ maxLength: 12 },
	)
	.map((parts) => `z = 0\n${parts.join("")}\ny = 0\n`); // what begins with { would be JSON there
