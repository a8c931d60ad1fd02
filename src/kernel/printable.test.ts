import * as fc from "fast-check";
import { expect, test } from "vitest";
import { printable, printableLines } from "./mod.ts";

test.each([
	["\u001B[2J\u001B]0;title\u0007", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"],
	["a\nerror: b\r\n\tc", "a\\u{a}error: b\\u{d}\\u{a}\\u{9}c"],
	["\u009B31m\u007F", "\\u{9b}31m\\u{7f}"],
	["user\u202Egnp.exe", "user\\u{202e}gnp.exe"],
	["a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
	["half \uD800", "half \\u{d800}"],
])("printable() spells out what a terminal would act upon: %j", (text, spelled) => {
	expect(printable(text)).toBe(spelled);
});

test("printable() leaves letters, signs and blanks of any language as they are", () => {
	for (const text of ["secret/data/llm/openai#api_key", "pässwörd – 東京 😀", "a\u00A0b"])
		expect(printable(text)).toBe(text);
});

test("printableLines() keeps line ends and tabs, and is otherwise the same", () => {
	expect(printableLines("a\n\tb\r\nc")).toBe("a\n\tb\r\nc");
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			const lines = printableLines(text);

			expect(printable(lines)).toBe(printable(text));
			expect(lines).not.toMatch(/\r(?!\n)|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}]/u);
		}),
		{ examples: [["\r\r\n"], ["\r"]] },
	);
});
