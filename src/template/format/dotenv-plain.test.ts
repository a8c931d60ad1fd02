import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DIALECTS } from "./dotenv-dialect.ts";
import { plainPairs } from "./dotenv-plain.ts";
import type { Pair } from "./dotenv-reader.ts";

const name = fc.stringMatching(/^[A-Za-z_]\w{0,6}$/);
const value = fc.stringMatching(/^[\w./:@%+,=-]{1,12}$/);
const comment = fc.stringMatching(/^#[ !#%&(-[\]-_a-~]{0,14}$/);
const line = fc.oneof(
	fc.tuple(name, value).map(([key, text]) => `${key}=${text}`),
	comment,
	fc.constant(""),
);
const readers = [...new Set(Object.values(DIALECTS).flatMap((dialect) => dialect.readers))];

/** Some readers give no order. */
const byName = (pairs: readonly Pair[]) => pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));

describe("plainPairs()", () => {
	test.each(readers.map((reader) => [reader.name, reader] as const))(
		"finds what %s finds",
		(_name, reader) => {
			const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n"));
			let asked = 0;
			fc.assert(
				fc.property(text, (file) => {
					const pairs = plainPairs(file);
					if (pairs === undefined) return; // a name stands twice
					asked++;
					expect(byName(reader.read(file))).toEqual(byName(pairs));
				}),
				{ numRuns: 2000 },
			);
			expect(asked).toBeGreaterThan(1000);
		},
	);

	test.each([
		"A=",
		"A='x'",
		"A=x y",
		"A=$x",
		"export A=x",
		" A=x",
		"A=x #",
		"A=x\r",
		"A",
		"# it's",
		"A=1\nA=2",
		"A=~",
		"A=é",
	])("leaves %j to the readers", (text) => {
		expect(plainPairs(text)).toBeUndefined();
	});
});
