import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText, refusal, rendered } from "../../../test/support/rendered.ts";
import { JsonNumber } from "../../kernel/mod.ts";
import { jsonFormat } from "./json.ts";

const render = (template: string, ...values: Parameters<typeof rendered>[2]) =>
	rendered(jsonFormat, template, values);

describe("jsonFormat", () => {
	test.each([
		['{"a": §}', 'x"y\n', '{"a": "x\\"y\\n"}'],
		['{"a": §}', 5, '{"a": 5}'],
		["[§]", new JsonNumber("12345678901234567890"), "[12345678901234567890]"],
		["§", new JsonNumber("1.10"), "1.10"],
		[" § ", true, " true "],
		["[§]", "1.10", '["1.10"]'],
		["[§]", "null", '["null"]'],
		['{"a": "Bearer §!"}', 'x"\\y', '{"a": "Bearer x\\"\\\\y!"}'],
		['"§"', new JsonNumber("1e5"), '"1e5"'],
		['"§"', false, '"false"'],
		['{"§": 1}', 'a"b', '{"a\\"b": 1}'],
		["{ §: 1 }", "a b", '{ "a b": 1 }'],
		["{§:1}", 7, '{"7":1}'],
		['{"a": §, "b": "§"}', "", '{"a": "", "b": ""}'],
		["[§]", "\u2028\u2029", '["\\u2028\\u2029"]'],
	])("writes for %j the value %j as %j", (template, value, written) => {
		expect(render(template, value)).toBe(written);
	});

	test("gives any text back in every context", () => {
		fc.assert(
			fc.property(anyText, anyText, anyText, (bare, quoted, key) => {
				const text = render('{"list": [§, "<§>"], "nested": {§: null, "#§": true}}', bare, quoted, key, key);

				expect(JSON.parse(text)).toEqual(
					Object.fromEntries([
						["list", [bare, `<${quoted}>`]],
						[
							"nested",
							Object.fromEntries([
								[key, null],
								[`#${key}`, true],
							]),
						],
					]),
				);
			}),
			{
				examples: [
					["", "", "__proto__"],
					["\0", "\0", "\0"],
					["", "", "1"],
				],
			},
		);
	});

	test("keeps the order and the text of the author around the values", () => {
		expect(render('{"b": §, "10": §, "__proto__": {"x": [§]}}\n', "1", "2", "3")).toBe(
			'{"b": "1", "10": "2", "__proto__": {"x": ["3"]}}\n',
		);
	});

	test("takes a key of digits, which JavaScript moves to the front", () => {
		expect(render('{"b": 1, §: 2}', "10")).toBe('{"b": 1, "10": 2}');
	});

	test.each([
		["{§: 1, §: 2}", ["a", "a"], "f2"],
		['{"a": 1, "§": 2}', ["a"], "f1"],
		['{"__proto__": 1, "§": 2}', ["__proto__"], "f1"],
	])("refuses keys that become the same: %j", (template, values, field) => {
		const error = refusal(jsonFormat, template, values);

		expect(error.message).toBe(
			`field "${field}" of secret/data/x does not come back unchanged from its format`,
		);
	});

	test.each(['{"a": pre§}', "[§post]", "[§§]", "{a§: 1}", "[1§]"])(
		"refuses a value that touches other text outside of quotes: %s",
		(template) => {
			expect(refusal(jsonFormat, template, ["x", "y"]).message).toBe(
				'field "f1" of secret/data/x touches other text outside of quotes',
			);
		},
	);

	test("refuses a number that JSON cannot hold", () => {
		expect(refusal(jsonFormat, "[§]", [Number.NaN]).message).toContain("is not a number that JSON can hold");
	});

	test.each([
		["", "line 1: no value here"],
		["{\n}\n§", "line 3: text after the end of the JSON value"],
		['{"a": §,\n}', 'line 2: a "," with nothing before "}"'],
		["[§,]", 'line 1: a "," with nothing before "]"'],
		["[1\n§]", 'line 2: neither "," nor "]" after an element'],
		['{"a" §}', 'line 1: no ":" after a key'],
		['{"a": §', 'line 1: "{" is never closed'],
		['[\n"a§', "line 2: a string is never closed"],
		['["\\§"]', "line 1: a string with a control character or an unknown escape in it"],
		['["\\u00§"]', "line 1: a string with a control character or an unknown escape in it"],
		['["§\n"]', "line 1: a string with a control character or an unknown escape in it"],
		["{sekret: §}", "line 1: a key without quotes"],
		["[§, sekret]", "line 1: a text without quotes"],
		["[§, 01]", "line 1: a text without quotes"],
		["[§] // sekret", "line 1: text after the end of the JSON value"],
		["{,§: 1}", "line 1: no key here"],
	])("names the line of the author's fault, quoting nothing: %j", (template, reason) => {
		const read = () => jsonFormat.lex(template.replaceAll("§", "KT0z"), /KT(\d)z/g);

		expect(read).toThrow(new SyntaxError(reason));
	});

	test("parse() takes what JSON.parse takes, and nothing else", () => {
		const accepts = (read: (text: string) => unknown, text: string) => {
			try {
				read(text);
				return true;
			} catch (error) {
				if (error instanceof SyntaxError) return false;
				throw error;
			}
		};
		const jsonish = fc.array(
			fc.constantFrom(
				...'{}[],:"\\ \n\t0123456789-+.eEu'.split(""),
				"true",
				"null",
				'"a"',
				'"\\u12aF"',
				"\f",
				"\u00a0",
				"\u0001",
			),
		);

		fc.assert(
			fc.property(
				fc.oneof(
					fc.json(),
					jsonish.map((tokens) => tokens.join("")),
					anyText,
				),
				(text) => {
					expect(accepts((json) => jsonFormat.parse(json), text)).toBe(accepts(JSON.parse, text));
				},
			),
			{ numRuns: 500 },
		);
	});
});
