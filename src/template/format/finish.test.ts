import { describe, expect, test } from "vitest";
import { refusal, rendered } from "../../../test/support/rendered.ts";
import { JsonNumber } from "../../kernel/mod.ts";
import { FormatError } from "./errors.ts";
import { finish } from "./finish.ts";
import { type Format, type Origin, Unplaceable } from "./format.ts";
import { jsonFormat } from "./json.ts";
import { textFormat } from "./text.ts";

const origin: Origin = {
	file: "t.hbs",
	line: 3,
	column: 16,
	expression: "{{key}}",
	path: "secret/data/x",
	field: "key",
};
const options = { name: "lines", file: "t.hbs" };

/** Lines of text; escapes nothing, so that only the check stands between a value and the file. */
const careless: Format<"anywhere"> = {
	lex: (text, markers) => textFormat.lex(text, markers),
	escape(value) {
		if (value === "refused") throw new Unplaceable("has no place here", "leave it out");
		return String(value);
	},
	parse(text) {
		if (text.includes("broken")) throw new SyntaxError("line 1: broken");
		return text.split("\n");
	},
};

function thrown(act: () => unknown): FormatError {
	try {
		act();
	} catch (error) {
		if (error instanceof FormatError) return error;
		throw error;
	}
	throw new Error("nothing was thrown");
}

describe("finish()", () => {
	test("joins text, values and raw values", () => {
		const text = finish(
			careless,
			[
				{ kind: "text", text: "a=" },
				{ kind: "value", value: new JsonNumber("1.10"), raw: false, origin },
				{ kind: "text", text: " b=" },
				{ kind: "value", value: "x\ny", raw: true, origin },
			],
			options,
		);

		expect(text).toBe("a=1.10 b=x\ny");
	});

	test("names the value, its place and what to do when the format refuses it", () => {
		const error = thrown(() =>
			finish(careless, [{ kind: "value", value: "refused", raw: false, origin }], options),
		);

		expect(error.message).toBe('field "key" of secret/data/x has no place here');
		expect(error.rows).toEqual({ in: "t.hbs:3:16   {{key}}", do: "leave it out" });
		expect(error.facts).toEqual({ path: "secret/data/x", field: "key" });
	});

	test.each([
		["breaks out of its place", "x\ny"],
		["leaves a text that cannot be read", "broken"],
	])("refuses a value that %s, whatever escape() made of it", (_what, value) => {
		const error = refusal(careless, "a §\nb §\nc §\n", ["one", value, "three"]);

		expect(error.code).toBe("E_VALUE_UNPLACEABLE");
		expect(error.message).toBe('field "f2" of secret/data/x does not come back unchanged from its format');
	});

	test.each([
		[["a", "b", "c", "d", "x\ny"], "f5"],
		[["x\ny", "b", "c", "d", "e"], "f1"],
		[["a", "b", "x\ny", "d", "x\ny"], "f3"],
	])("blames the value that does not come back", (values, field) => {
		expect(refusal(careless, "§ § § § §", values).facts["field"]).toBe(field);
	});

	test("refuses half a surrogate pair in every format, because no file can hold it", () => {
		expect(refusal(textFormat, "§", ["a\ud800"]).message).toContain(
			'"f1" of secret/data/x is not well-formed Unicode',
		);
		expect(refusal(jsonFormat, '"§"', ["\udc00"]).message).toContain("is not well-formed Unicode");
	});

	test("calls the author's text malformed when it is, with the line", () => {
		const error = refusal(careless, "broken §", ["a"]);

		expect(error.code).toBe("E_FORMAT_MALFORMED");
		expect(error.message).toBe("t.hbs does not give well-formed its format: line 1: broken");
	});

	test("takes a lexer that forgets a value for a fault of the program", () => {
		const forgetful = { ...careless, lex: () => new Map<number, "anywhere">() };

		expect(() => rendered(forgetful, "§", ["a"])).toThrow(RangeError);
	});
});

describe("textFormat", () => {
	test("leaves every value as it is", () => {
		expect(rendered(textFormat, "§\n# §", ["a'\n\"$(x)\0", 5])).toBe("a'\n\"$(x)\0\n# 5");
	});
});
