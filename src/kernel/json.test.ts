import * as fc from "fast-check";
import { expect, test } from "vitest";
import { JsonNumber, parseJson } from "./mod.ts";

const digits = (min: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},24}$`));
const jsonNumber = fc
	.tuple(
		fc.constantFrom("", "-"),
		fc.oneof(fc.constant("0"), fc.stringMatching(/^[1-9][0-9]{0,30}$/)),
		fc.option(digits(1), { nil: "" }),
		fc.option(fc.stringMatching(/^[eE][+-]?[0-9]{1,4}$/), { nil: "" }),
	)
	.map(([sign, whole, part, power]) => `${sign}${whole}${part && `.${part}`}${power}`);

test("parseJson() keeps the digits of every JSON number, at any depth", () => {
	fc.assert(
		fc.property(jsonNumber, (number) => {
			const text = `{"a":[${number},{"b":${number}}],"c":${number}}`;

			expect(JSON.stringify(parseJson(text))).toBe(text);
		}),
	);
});

test("parseJson() gives what JSON.parse gives for everything else", () => {
	fc.assert(
		fc.property(fc.json({ maxDepth: 3 }), (text) => {
			expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
		}),
		{ examples: [['{"__proto__":{"x":1}}'], ['""'], ["null"]], numRuns: 50 },
	);
});

test.each(["12345678901234567890", "1.10", "-0", "1E5", "1e400", "0.1e1"])(
	"a number that JavaScript would write differently prints as it stood: %s",
	(number) => {
		const value = parseJson(number);

		if (!(value instanceof JsonNumber)) throw new TypeError("its digits are lost");
		expect(value.toString()).toBe(number);
		expect(JSON.stringify([value])).toBe(`[${number}]`);
	},
);

test.each(["0", "42", "1.5", "-7"])("an ordinary number stays a number: %s", (number) => {
	expect(parseJson(number)).toBe(Number(number));
});

test("parseJson() refuses what is no JSON", () => {
	expect(() => parseJson('{"data": ')).toThrow(SyntaxError);
});

const nested = (depth: number, inner: string) =>
	`${'{"a":['.repeat(depth / 2)}${inner}${"]}".repeat(depth / 2)}`;

test("parseJson() reads what is nested as deeply as Vault takes it, brackets in texts not counted", () => {
	const text = nested(400, JSON.stringify(`${"[{".repeat(10_000)}\\"`));

	expect(JSON.stringify(parseJson(text))).toBe(text);
});

test.each([502, 5000, 1_000_000])("parseJson() refuses what is nested %d times", (depth) => {
	expect(() => parseJson(nested(depth, "1"))).toThrow(SyntaxError);
	expect(() => parseJson("[".repeat(depth))).toThrow(SyntaxError);
});
