import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText, refusal, rendered } from "../../../test/support/rendered.ts";
import { propertiesFormat } from "./properties.ts";

const render = (template: string, ...values: string[]) => rendered(propertiesFormat, template, values);

/** `java.util.Properties.load`, character by character, as its documentation tells it. */
function load(text: string): Map<string, string> {
	const logical: string[] = [];
	let line = "";
	let isContinued = false;
	for (const natural of text.split(/\r\n|\r|\n/)) {
		const content = natural.replace(/^[ \t\f]+/, "");
		if (!isContinued && (content === "" || /^[#!]/.test(content))) continue;
		let slashes = 0;
		while (content.at(-1 - slashes) === "\\") slashes++;
		isContinued = slashes % 2 === 1;
		line += isContinued ? content.slice(0, -1) : content;
		if (isContinued && line !== "") continue;
		if (!isContinued) logical.push(line);
		isContinued = false;
		line = "";
	}
	if (line !== "") logical.push(line);
	return new Map(logical.map((entry) => keyAndValue(entry)));
}

function keyAndValue(line: string): [string, string] {
	let at = 0;
	const word = (stops: string) => {
		let read = "";
		for (; at < line.length && !stops.includes(line[at] ?? ""); at++) {
			if (line[at] !== "\\") read += line[at];
			else if (line[++at] === "u") {
				read += String.fromCharCode(Number.parseInt(line.slice(at + 1, at + 5), 16));
				at += 4;
			} else {
				const named = "tnrf".indexOf(line[at] ?? "-");
				read += named < 0 ? (line[at] ?? "") : "\t\n\r\f"[named];
			}
		}
		return read;
	};
	const blanks = () => {
		while (/[ \t\f]/.test(line[at] ?? "")) at++;
	};
	const key = word("=: \t\f");
	blanks();
	if (/[=:]/.test(line[at] ?? "")) at++;
	blanks();
	return [key, word("")];
}

describe("propertiesFormat", () => {
	test.each([
		["k=§", "a=b:c#d!e", "k=a=b:c#d!e"],
		["k=§", "  two  ", "k=\\ \u0020two  "],
		["k §", "=x", "k \\=x"],
		["k=§", "C:\\dir\n\t\r\f", "k=C:\\\\dir\\n\\t\\r\\f"],
		["k=§", "pä😀\0", "k=p\\u00E4\\uD83D\\uDE00\\u0000"],
		["k=a§b", "#", "k=a\\#b"],
		["§=v", "a b=c:d", "a\\ b\\=c\\:d=v"],
		["§: v", "#k", "\\#k: v"],
		["k=a\\\n   §", " x", "k=a\\\n   \\ x"],
		["# §\nk=v", "nöte", "# nöte\nk=v"],
		["k\\=l=§", "x", "k\\=l=x"],
	])("writes %j with %j as %j", (template, value, written) => {
		expect(render(template, value)).toBe(written);
	});

	test("gives any text back in every context", () => {
		fc.assert(
			fc.property(anyText, anyText, anyText, (key, value, other) => {
				const text = render(
					"# note\n  first.§ = §\\\n\t§. \r\nsecond\t§\n!§=§\\u0021",
					key,
					value,
					other,
					value,
					"a note",
					"x",
				);

				expect([...load(text)]).toEqual([
					[`first.${key}`, `${value}${other}. `],
					["second", value],
				]);
			}),
		);
	});

	test("gives any text back as a whole key", () => {
		fc.assert(
			fc.property(anyText, anyText, (key, value) => {
				expect([...load(render("§=§", key, value))]).toEqual([[key, value]]);
			}),
			{
				examples: [
					["__proto__", "x"],
					["", ""],
				],
			},
		);
	});

	test("parse() reads any text as Properties.load does", () => {
		const line = fc.string({
			unit: fc.constantFrom(
				..."ab=:#!\\ \t\f\n\r".split(""),
				"\\\n",
				"\\\r\n",
				"\\u0041",
				"\n#",
				"\\ ",
				"k=v",
			),
			maxLength: 12,
		});

		fc.assert(
			fc.property(line, (text) => {
				expect(propertiesFormat.parse(text)).toEqual(Object.fromEntries(load(text)));
			}),
			{ numRuns: 2000 },
		);
	});

	test.each([
		["# §", "a\nb", "has a newline and cannot stand in a comment"],
		["! §", "a\rb", "has a newline and cannot stand in a comment"],
		["k=\\§", "n", "stands right after a backslash"],
		["k=\\\\\\§", "n", "stands right after a backslash"],
		["k= § x", "", "does not come back unchanged from its format"],
	])("refuses %j with %j", (template, value, reason) => {
		expect(refusal(propertiesFormat, template, [value]).message).toBe(
			`field "f1" of secret/data/x ${reason}`,
		);
	});

	test("takes an even number of backslashes before a value for text", () => {
		expect(render("k=\\\\§", "n")).toBe("k=\\\\n");
	});

	test("refuses keys that become the same", () => {
		expect(refusal(propertiesFormat, "a=1\n§=2", ["a"]).facts["field"]).toBe("f1");
	});

	test("names the line of a broken escape", () => {
		expect(refusal(propertiesFormat, "a=1\nb=\\u00§", ["41"]).message).toBe(
			't.hbs does not give well-formed its format: line 2: "\\u" without four hexadecimal digits',
		);
	});
});
