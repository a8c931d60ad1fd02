import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nasty } from "../../../test/formats/nasty.ts";
import { refusal as refused, rendered } from "../../../test/support/rendered.ts";
import { AgentError } from "../../kernel/mod.ts";
import { dotenvFormat } from "./dotenv.ts";
import { DIALECTS, type DotenvDialect } from "./dotenv-dialect.ts";
import type { Reader } from "./dotenv-reader.ts";
import type { FormatError } from "./errors.ts";
import type { Scalar } from "./format.ts";

const PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC+/=\n-----END PRIVATE KEY-----\n";

/** Renders with `§` standing where the values go, in order. */
function render(dialect: DotenvDialect, template: string, ...values: Scalar[]): string {
	return rendered(dotenvFormat(dialect), template, values);
}

function fault(dialect: DotenvDialect, template: string, ...values: Scalar[]): FormatError {
	return refused(dotenvFormat(dialect), template, values);
}

test("a value that is not plain among plain ones comes back, whatever order a reader gives", () => {
	expect(render("common", "B=§\nA=§\nC=x\n", "", "plain")).toBe("B=\nA=plain\nC=x\n");
	expect(render("common", "B=§\nA=§\n", "a b", "plain")).toBe("B='a b'\nA=plain\n");
});

describe("common", () => {
	test.each([
		["sk-proj-abc_DEF-123", "sk-proj-abc_DEF-123"],
		["dGhpcyBpcyBhIHRlc3Q+Lw==", "dGhpcyBpcyBhIHRlc3Q+Lw=="],
		["https://user:p%40ss@host:8443/path", "https://user:p%40ss@host:8443/path"],
		["", ""],
		[42, "42"],
		["postgres://u:p@h/db?a=1&b=2", "'postgres://u:p@h/db?a=1&b=2'"],
		['{"type":"service_account","key":"a\\nb"}', `'{"type":"service_account","key":"a\\nb"}'`],
		[PEM, `'${PEM}'`],
		["two words", "'two words'"],
		['a$b`c"d#e', "'a$b`c\"d#e'"],
		["back\\slash", "'back\\slash'"],
		["it's", '"it\'s"'],
		["~/x", "'~/x'"],
		["pässword", "'pässword'"],
	])("writes %j without quotes as %s", (value, written) => {
		expect(render("common", "A=§\nB=§\n", value, "z")).toBe(`A=${written}\nB=z\n`);
	});

	test.each([
		["A='§'", "x y", "A='x y'"],
		['A="§"', "it's", 'A="it\'s"'],
		["export A=§ # note", "x", "export A=x # note"],
		["export A=§ # note", "", "export A='' # note"],
		["URL=http://§:§@h/", "u", "URL=http://u:p@h/"],
		["URL='http://§:§@h/'", "u s", "URL='http://u s:p@h/'"],
		["# by §\nA=1", "it's me", "# by it's me\nA=1"],
		["A=§\r\nB=1\r\n", "x y", "A='x y'\r\nB=1\r\n"],
	])("fills %j with %j", (template, value, text) => {
		expect(render("common", template, value, "p")).toBe(text);
	});

	test.each([
		["A=§", 'it\'s "x"', "a single quote and a double quote"],
		["A=§", "it's $x", 'a single quote and a "$"'],
		["A=§", "a${b}", 'a "$" and a brace or bracket'],
		["A=§", "a\\\\b", "a backslash"],
		["A=§", "a\\", "a backslash"],
		["A=§", "a\rb", "a carriage return"],
		["A=x§", "a b", "a blank"],
		["A=x§", "a\nb", "a newline"],
		["A='§'", "it's", "a single quote"],
		['A="§"', "a$b", 'a "$"'],
		["# §", "a\nA=2", "a newline, which ends a comment"],
		["A=1 # §", "a\u2028A=2", "a Unicode line separator, which ends a comment"],
		["A=§", "a\0b", "a NUL character"],
		["A=§", "a\ud800", "not well-formed Unicode"],
	])("refuses in %j the value %j by name", (template, value, reason) => {
		const error = fault("common", template, value);

		expect(error.code).toBe("E_VALUE_UNPLACEABLE");
		expect(error.message).toContain('field "f1" of secret/data/x');
		expect(error.message).toContain(reason);
	});

	test.each([
		["A=§", 'it\'s "x"', "dotenv:compose or dotenv:python or dotenv:node or dotenv:docker"],
		["export A=§", 'it\'s "x"', "dotenv:compose or dotenv:python or dotenv:node;"],
		["A=§", "it's \"`x\ny", "dotenv:compose or dotenv:python;"],
		['A="§"', "a$b", "leave the quotes away"],
		["A=x§", "a b", "write the whole value between ' and '"],
		["A=x§", "it's", 'write the whole value between " and "'],
	])("advises for %j with %j", (template, value, advice) => {
		expect(fault("common", template, value).rows["do"]).toContain(advice);
	});

	test.each([
		["A = §", "sh reads line 1"],
		["A: §", "reads line 1"],
		["A=x y §", "sh reads line 1"],
		["A=x#§", "reads line 1"],
		["A='a'\"§\"", "line 1"],
		["echo §", "line 1"],
		["A=${§}", "reads line 1"],
		["A=$(§)", "command substitution"],
		["A=`§`", "command substitution"],
		["A=§\nA=§", "set again further down"],
		["M=it's\nA=§", "single quote without an end"],
	])("finds %j malformed", (template, reason) => {
		const error = fault("common", template, "value-of-it", "z");

		expect(error.code).toBe("E_FORMAT_MALFORMED");
		expect(error.message).toContain(reason);
		expect(error.message).not.toContain("value-of-it");
	});
});

interface Row {
	readonly dialect: DotenvDialect;
	readonly template: string;
	readonly value: string;
	readonly outcome: string;
}

const rows = (list: [DotenvDialect, string, string, string][]): Row[] =>
	list.map(([dialect, template, value, outcome]) => ({ dialect, template, value, outcome }));

const FILLED = rows([
	["compose", "A=§", "two words", "A='two words'"],
	["compose", "A=§", 'it\'s "$x"', "A='it\\'s \"$x\"'"],
	["compose", "A=§", "it's \\", 'A="it\'s \\\\"'],
	["compose", 'A="§"', 'a$b"c\\d\r\n', 'A="a\\$b\\"c\\\\d\r\n"'],
	["compose", "A=x§", "a$b", "A=xa$$b"],
	["compose", "A='§'", "it's", "A='it\\'s'"],
	["python", "A=§", 'it\'s "x"', "A='it\\'s \"x\"'"],
	["python", "A=§", "a\\\\b", "A='a\\\\\\\\b'"],
	["python", "A=§", "C:\\", "A=C:\\"],
	["python", "A=§", "a\r\nb", 'A="a\\r\nb"'],
	["node", "A=§", 'it\'s "x"', 'A=`it\'s "x"`'],
	["node", "A=§", "x'\"`", "A=x'\"`"],
	["node", "A=`§`", "a\nb", "A=`a\nb`"],
	["docker", "A=§", ' it\'s "x" $y # \\ ', 'A= it\'s "x" $y # \\ '],
]);

const REFUSED = rows([
	["python", "A=§", "${x}", 'a "$" and a brace'],
	["node", "A=§", "a\rb", "a carriage return"],
	["node", "A=§", "'\"`#", "quote"],
	["docker", "A=§", "a\nb", "a newline"],
	["docker", "A=§", "a\r", "a carriage return"],
	["docker", "A=§", "x".repeat(70_000), "too many characters"],
]);

describe("dialects", () => {
	test.each(FILLED)("$dialect fills $template with $value", ({ dialect, template, value, outcome }) => {
		expect(render(dialect, template, value)).toBe(outcome);
	});

	test.each(REFUSED)(
		"$dialect refuses in $template a value with $outcome",
		({ dialect, template, value, outcome }) => {
			const error = fault(dialect, template, value);

			expect(error.code).toBe("E_VALUE_UNPLACEABLE");
			expect(error.message).toContain(outcome);
			expect(error.message.length).toBeLessThan(400);
		},
	);

	test.each(['A="§"', "A='§'", "export A=§"])("docker finds %j malformed", (template) => {
		expect(fault("docker", template, "v").code).toBe("E_FORMAT_MALFORMED");
	});
});

const TEMPLATES = [
	"A=§",
	"export A=§",
	"A='§'",
	'A="§"',
	"A=`§`",
	"A=x§y",
	"A='x§ y' # c",
	"# §\nA=z",
	"A=z # §",
].map((statement) => `${statement}\nB='1'\nC="1"\n# ' " \`\n`);

const POSSIBLE = (Object.keys(DIALECTS) as DotenvDialect[]).flatMap((dialect) =>
	TEMPLATES.filter((template) => {
		try {
			return render(dialect, template, "v") !== "";
		} catch {
			return false; // not of this dialect, such as `export` for docker
		}
	}).map((template) => [dialect, template] as const),
);

/** The text, or the refusal; an error that names no field is a failure of its own. */
function attempt(run: () => string): { readonly text?: string; readonly refusal?: string } {
	try {
		return { text: run() };
	} catch (error) {
		if (error instanceof AgentError && error.code === "E_VALUE_UNPLACEABLE")
			return { refusal: error.message };
		throw error;
	}
}

const BY_NAME = /^field "f\d" of secret\/data\/x (has .*, (for )?which|is not well-formed Unicode)/;

describe.each(POSSIBLE)("%s %j", (dialect, template) => {
	const isNode = dialect === "node"; // alone in taking a backquote for a quote
	const frame = isNode ? /A=['"`]?(\w*)§([^'"`\n]*)/ : /A=['"]?([\w`]*)§([^'"\n]*)/;
	const [, before = "", after = ""] = frame.exec(template) ?? [];
	const isIn = (value: string, { read }: Reader, text: string) => {
		const pairs = read(text).filter(([key]) => "ABC".includes(key));
		if (dialect === "docker") return Object.fromEntries(pairs)["A"]?.includes(value);
		return isDeepStrictEqual(pairs, [
			["A", value],
			["B", "1"],
			["C", "1"],
		]);
	};

	test("gives every string back to every reader, or refuses it by name", () => {
		const isGivenBack = (value: string) => {
			const { text, refusal } = attempt(() => render(dialect, template, value));
			if (text === undefined) return BY_NAME.test(refusal ?? "");
			const expected = template.includes("# §") ? "z" : before + value + after;
			return DIALECTS[dialect].readers.every((reader) => isIn(expected, reader, text));
		};

		expect(() => fc.assert(fc.property(nasty, isGivenBack), { numRuns: 60 })).not.toThrow();
	});
});

test("several values in one statement come back, or one is refused by name", () => {
	const areGivenBack = (a: string, b: string) => {
		const { text } = attempt(() => render("common", "A='§§'\nB=§\n", a, b, b));
		const expected = [
			["A", a + b],
			["B", b],
		];
		return (
			text === undefined ||
			DIALECTS.common.readers.every(({ read }) => isDeepStrictEqual(read(text), expected))
		);
	};

	expect(() => fc.assert(fc.property(nasty, nasty, areGivenBack), { numRuns: 100 })).not.toThrow();
});
