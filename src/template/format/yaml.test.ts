import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { nasty } from "../../../test/formats/nasty.ts";
import { refusal, rendered } from "../../../test/support/rendered.ts";
import { AgentError, JsonNumber } from "../../kernel/mod.ts";
import type { FormatError } from "./errors.ts";
import type { Scalar } from "./format.ts";
import { yamlFormat } from "./yaml.ts";

const PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC+/=\n-----END PRIVATE KEY-----";

/** Renders with `§` standing where the values go, in order. */
function render(template: string, ...values: Scalar[]): string {
	return rendered(yamlFormat, template, values);
}

function fault(template: string, ...values: Scalar[]): FormatError {
	return refusal(yamlFormat, template, values);
}

/** What is no plain string in one version of YAML or the other, or no string at all. */
const IN_QUOTES = [
	[
		"yes",
		"No",
		"on",
		"OFF",
		"y",
		"N",
		"true",
		"False",
		"null",
		"NULL",
		"~",
		"nan",
		".inf",
		".NaN",
		"Infinity",
	],
	["0", "42", "-1", "+1", "0777", "0o17", "0x1F", "0b1", "1_000", "1.5", "1e3", ".5", "1:30", "190:20:30"],
	["2020-01-01", "2001-12-14t21:59:43.10-05:00", "=", "<<", "", " ", " a", "a ", "\ta", "-", "- a", "?", ":"],
	[
		"a:",
		"a: b",
		"a #b",
		"#a",
		"&a",
		"*a",
		"!a",
		"|",
		">",
		"%a",
		"@a",
		"`a",
		"'a'",
		'"a"',
		"[a]",
		"{a}",
		",a",
	],
	[
		"---",
		"...",
		"it's",
		"back\\slash",
		"\u0085",
		"a\u2028b",
		"\ufeffa",
		"\x7f",
		"\ufffe",
		"é",
		"😀",
		"1e5f0000",
	],
	["a\nb", "a\r\nb", `${PEM}\n`, '{"a":"b"}'],
].flat();

describe("plain", () => {
	test.each([
		["sk-proj-abc_DEF-123"],
		["AKIAIOSFODNN7EXAMPLE"],
		["dGhpcyBpcyBhIHRlc3Q+Lw=="],
		["https://user:p%40ss@host:8443/x?y=1&z=2"],
		["/etc/ssl/key.pem"],
	])("keeps %j without quotes", (value) => {
		expect(render("a: §\n", value)).toBe(`a: ${value}\n`);
	});

	test.each(IN_QUOTES)("writes %j in double quotes", (value) => {
		const text = render("a: §\nb: [§]\n", value, value);

		expect(text).toMatch(/^a: ".*"\nb: \[".*"\]\n$/);
		for (const version of ["1.1", "1.2"] as const)
			expect(parse(text, { version })).toEqual({ a: value, b: [value] });
	});

	test.each([
		[42, "42"],
		[-1.5, "-1.5"],
		[true, "true"],
		[new JsonNumber("12345678901234567890"), "12345678901234567890"],
		[new JsonNumber("1.10"), "1.10"],
	])("writes the number or boolean %s with its digits", (value, written) => {
		expect(render('a: §\nb: [§]\nc: "§"\n', value, value, value)).toBe(
			`a: ${written}\nb: [${written}]\nc: "${written}"\n`,
		);
	});

	test.each([
		["§: 1\n", "sk-abc", "sk-abc: 1\n"],
		["§: 1\n", "a: b\nc", '"a: b\\nc": 1\n'],
		["§: 1\n", 42, '"42": 1\n'],
		["? §\n: 1\n", "yes", '? "yes"\n: 1\n'],
		["{§: 1}", "a,b", '{"a,b": 1}'],
		["[§, x]", "https://h:1/", '["https://h:1/", x]'],
		['{"a":§}', "x y", '{"a":"x y"}'],
		["- &a §\n- *a\n", "x y", '- &a "x y"\n- *a\n'],
		["a: !!str §\n", "1", 'a: !!str "1"\n'],
		["a: §\r\nb: 1\r\n", "x y", 'a: "x y"\r\nb: 1\r\n'],
		["a: §\n---\na: §\n", "x", "a: x\n---\na: v2\n"],
	])("fills %j with %j", (template, value, text) => {
		expect(render(template, value, "v2")).toBe(text);
	});

	test("refuses a key that is too long for one line", () => {
		expect(fault("§: 1\n", "k\n".repeat(400)).message).toContain(
			'field "f1" of secret/data/x is too long for a key',
		);
	});
});

describe("next to other text", () => {
	test.each([
		["url: http://§/x\n", "db.internal:5432", "url: http://db.internal:5432/x\n"],
		["hello: dear §!\n", "José Müller", "hello: dear José Müller!\n"],
		["a: §:§\n", "db", "a: db:5432\n"],
		["a: v§.§\n", "1", "a: v1.5432\n"],
		["a: one\n  § two\n", "x y", "a: one\n  x y two\n"],
	])("fills %j with %j", (template, value, text) => {
		expect(render(template, value, "5432")).toBe(text);
	});

	test.each([
		["url: http://§/x\n", "a #b", 'a "#"'],
		["url: http://§/x\n", "a: b", "a colon"],
		["url: http://§/x\n", "a\nb", "a line break"],
		["url: http://§/x\n", "it's", "a quote"],
		["url: [http://§/x]\n", "a,b", 'one of ","'],
		["ver: 1.§\n", "10", "read as a number"],
		["a: §§\n", "tr", "read as a number or a word"],
		["a: §.§\n", "1", "read as a number"],
		["a: 0§\n", "777", "read as a number"],
	])("refuses in %j the value %j by name", (template, value, reason) => {
		const error = fault(template, value, "10");

		expect(error.code).toBe("E_VALUE_UNPLACEABLE");
		expect(error.message).toContain('field "f1" of secret/data/x');
		expect(error.message).toContain(reason);
		expect(error.rows["do"]).toContain('between " and "');
	});

	test("refuses values that together are a number of YAML 1.1", () => {
		expect(fault("a: §:§\n", "1", "30").code).toBe("E_VALUE_UNPLACEABLE");
	});
});

describe("quotes", () => {
	test.each([
		['a: "§"\n', 'say "x" \\ \n\t\r\u0085', 'a: "say \\"x\\" \\\\ \\n\\t\\r\\u0085"\n'],
		['a: "§\n  b"\n', "x ", 'a: "x\\x20\n  b"\n'],
		["a: '§'\n", 'it\'s "x" \\n', "a: 'it''s \"x\" \\n'\n"],
		['{"a": "b§"}', "it's: #", '{"a": "bit\'s: #"}'],
	])("fills %j with %j", (template, value, text) => {
		expect(render(template, value)).toBe(text);
	});

	test.each([
		["a: '§'\n", "a\nb", "a line break"],
		["a: '§'\n", "a\x1bb", "a control character"],
		['a: "§"\n', "a\0b", "a NUL character"],
	])("refuses in %j the value %j by name", (template, value, reason) => {
		expect(fault(template, value).message).toContain(reason);
	});
});

describe("block", () => {
	test.each([
		["a: |\n  §\nb: 1\n", PEM, `a: |\n  ${PEM.replaceAll("\n", "\n  ")}\nb: 1\n`],
		["- a:\n    - |-\n        §\n", "x\n\n  y", "- a:\n    - |-\n        x\n\n          y\n"],
		["a: |\n  key: §\n  b\n", "x\ny", "a: |\n  key: x\n  y\n  b\n"],
		["a: |2\n    §\n", "x\ny", "a: |2\n    x\n  y\n"],
		["a: |2\n  §\n", " x", "a: |2\n   x\n"],
		["a: |+\n  §\n\nb: 1\n", "x\n", "a: |+\n  x\n\n\nb: 1\n"],
		["--- |\n§\n", "x\ny", "--- |\nx\ny\n"],
		["a: >\n  see §\n  here\n", "x: #y", "a: >\n  see x: #y\n  here\n"],
		["a: |\n  § # no comment\n", "x", "a: |\n  x # no comment\n"],
		["a: | # §\n  x\n", "note", "a: | # note\n  x\n"],
	])("fills %j with %j", (template, value, text) => {
		expect(render(template, value)).toBe(text);
	});

	test.each([
		["a: |\n  §\n", `${PEM}\n`, "ends with a newline", "{{trim …}}"],
		["a: |\n  §\n", " x", "starts with a blank", "without the block"],
		["a: |\n  §\n", "\n\tx", "starts with a blank", "without the block"],
		["a: >\n  §\n", "\tx", "starts with a blank", "without the block"],
		["a: |\n  §\n", "", "is empty", "without the block"],
		["a: |\n  §\n", "a\rb", "carriage return", "without the block"],
		["a: >\n  §\n", "a\nb", "a newline", 'write "|"'],
	])("refuses in %j the value %j by name", (...[template, value, reason, advice]) => {
		const error = fault(template, value);

		expect(error.code).toBe("E_VALUE_UNPLACEABLE");
		expect(error.message).toContain(reason);
		expect(error.rows["do"]).toContain(advice);
	});
});

describe("elsewhere", () => {
	test.each(["&§ a\n", "!§ a\n", "*§\n", "%TAG ! §\n---\na\n", "--- §x: |\n  b\n c\n"])(
		"finds %j malformed",
		(template) => {
			const error = fault(template, "value-of-it");

			expect(error.code).toBe("E_FORMAT_MALFORMED");
			expect(error.message).not.toContain("value-of-it");
		},
	);

	test("says of a block whose line is not indented what is wrong with it", () => {
		expect(fault("a: |\n§\n", "value-of-it").message).toMatch(
			/line 2: .* a line of a block is not indented$/,
		);
	});

	test.each(["a: [§\n", "a: §\n b: 1\n", "a: {§: 1, §: 2\n"])(
		"finds %j malformed, naming the line alone",
		(template) => {
			const error = fault(template, "value-of-it", "value-of-it");

			expect(error.code).toBe("E_FORMAT_MALFORMED");
			expect(error.message).toMatch(/line \d+: [a-z, ]+$/);
		},
	);

	test("refuses two keys that become one", () => {
		expect(fault("§: 1\n§: 2\n", "x", "x").code).toBe("E_VALUE_UNPLACEABLE");
	});

	test.each(["a\nb: 1", "a\rb", "a\u0085b", "a\u2028b"])("refuses %j in a comment", (value) => {
		expect(fault("a: 1 # §\n", value).message).toContain("has a line break, which a comment cannot hold");
	});
});

/** A template, and where its value is to be found, with what stands around it. */
const FRAMES: [template: string, expected: (value: string) => unknown][] = [
	["a: §\nb: 1\n", (v) => ({ a: v, b: 1 })],
	["a: x§y\nb: 1\n", (v) => ({ a: `x${v}y`, b: 1 })],
	["- http://§/\n- 1\n", (v) => [`http://${v}/`, 1]],
	['a: "§"\nb: 1\n', (v) => ({ a: v, b: 1 })],
	['a: "x§\n  y"\nb: 1\n', (v) => ({ a: `x${v} y`, b: 1 })],
	["a: '§'\nb: 1\n", (v) => ({ a: v, b: 1 })],
	["a: [§, {k: §}, x§]\nb: 1\n", (v) => ({ a: [v, { k: v }, `x${v}`], b: 1 })],
	["{\"a\":§,'b':'§'}", (v) => ({ a: v, b: v })],
	["x§: 1\nb: 1\n", (v) => ({ [`x${v}`]: 1, b: 1 })],
	["a: |\n  §\nb: 1\n", (v) => ({ a: `${v}\n`, b: 1 })],
	["a: |-\n  x\n    §\n  y\nb: 1\n", (v) => ({ a: `x\n  ${v}\ny`, b: 1 })],
	["a: |+\n  §\nb: 1\n", (v) => ({ a: `${v}\n`, b: 1 })],
	["a: |1\n  §\nb: 1\n", (v) => ({ a: ` ${v}\n`, b: 1 })],
	["a: >\n  §\n  y\nb: 1\n", (v) => ({ a: `${v} y\n`, b: 1 })],
	["a: 1 # §\nb: 1\n", () => ({ a: 1, b: 1 })],
	["# §\na: 1\n", () => ({ a: 1 })],
];

const BY_NAME = /^field "f\d" of secret\/data\/x (?!does not come back unchanged)/;

describe.each(FRAMES)("%j", (template, expected) => {
	test("gives every string back to both versions, or refuses it by name", () => {
		const isGivenBack = (value: string) => {
			let text: string;
			try {
				text = render(template, value, value, value);
			} catch (error) {
				if (error instanceof AgentError && error.code === "E_VALUE_UNPLACEABLE")
					return BY_NAME.test(error.message);
				throw error;
			}
			const found = (["1.1", "1.2"] as const).map((version) => JSON.stringify(parse(text, { version })));
			return found.every((json) => json === JSON.stringify(expected(value)));
		};

		expect(() => fc.assert(fc.property(nasty, isGivenBack), { numRuns: 100 })).not.toThrow();
	});
});

test("several values in one scalar come back as a string, or one is refused", () => {
	const part = fc.oneof(
		nasty,
		fc.constantFrom("1", "0", "10", ".", "e", "tr", "ue", "n", "o", "no", "-", "_", "~"),
	);
	const areGivenBack = (a: string, b: string, [joint]: string[]) => {
		try {
			const text = render(`a: §${joint ?? ""}§\n`, a, b);
			const expected = JSON.stringify({ a: `${a}${joint ?? ""}${b}` });
			return (["1.1", "1.2"] as const).every(
				(version) => JSON.stringify(parse(text, { version })) === expected,
			);
		} catch (error) {
			if (error instanceof AgentError) return error.code === "E_VALUE_UNPLACEABLE";
			throw error;
		}
	};
	const joints = fc.constantFrom(...["", ":", ".", "-", "/", "e", " ", "_", "+"].map((joint) => [joint]));

	expect(() => fc.assert(fc.property(part, part, joints, areGivenBack), { numRuns: 500 })).not.toThrow();
});
