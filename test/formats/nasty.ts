import * as fc from "fast-check";

const SIGNS = Array.from("'\"`\\$#{}[]=:;,&*!|>%@?~- \t\n\r\u0085\u00a0\u2028\ufeff\x7f\x1b");
const GROUPS = ["\\n", "\\\\", "${", "$A", " #", ": ", "- ", "\n ", "---\n", "...\n"];
const LETTERS = Array.from("abnrtx01 é😀");

/** Strings made of what the readers of env files and YAML trip over; never a NUL, now and then a lone surrogate. */
export const nasty: fc.Arbitrary<string> = fc.string({
	unit: fc.oneof(
		{ arbitrary: fc.constantFrom(...SIGNS, ...GROUPS), weight: 10 },
		{ arbitrary: fc.constantFrom(...LETTERS), weight: 10 },
		{
			arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter((char) => char !== "\0"),
			weight: 4,
		},
		{ arbitrary: fc.constant("\ud800"), weight: 1 },
	),
	maxLength: 12,
});
