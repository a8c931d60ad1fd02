import type { GoFunction, GoFunctions, Surroundings } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { countedRegexp, type GoRegexp, quoteMeta } from "../functions/regexp.ts";
import { fixed, fixedOf, INNOCENT, textsOf } from "../functions/define.ts";

/** An expression that is none matches nothing; `mustRegexMatch` says so. */
function quietRegexp(expression: string, surroundings: Surroundings): GoRegexp | undefined {
	try {
		return countedRegexp(expression, surroundings);
	} catch (error) {
		if (error instanceof GoFault) return undefined;
		throw error;
	}
}

/** The same under both names: sprig's `must…` ends with an error, and the other in a panic. */
const both = (name: string, run: GoFunction): (readonly [string, GoFunction])[] => [
	[`sprig_regex${name}`, run],
	[`sprig_mustRegex${name}`, run],
];

/** Regular expressions (`regex.go` of sprig). */
export const REGEX: GoFunctions = new Map([
	[
		"sprig_regexMatch",
		{ ...fixedOf(quietRegexp, ["string"], (regexp, [text]) => regexp?.test(text) ?? false), ...INNOCENT },
	],
	[
		"sprig_mustRegexMatch",
		{ ...fixedOf(countedRegexp, ["string"], (regexp, [text]) => regexp.test(text)), ...INNOCENT },
	],
	...both(
		"FindAll",
		fixedOf(countedRegexp, ["string", "int"], (regexp, [text, most]) => textsOf(regexp.findAll(text, most))),
	),
	...both(
		"Find",
		fixedOf(countedRegexp, ["string"], (regexp, [text]) => regexp.findAll(text, 1)[0] ?? ""),
	),
	...both(
		"ReplaceAll",
		fixedOf(countedRegexp, ["string", "string"], (regexp, [text, replacement]) =>
			regexp.replaceAll(text, replacement),
		),
	),
	...both(
		"ReplaceAllLiteral",
		fixedOf(countedRegexp, ["string", "string"], (regexp, [text, replacement]) =>
			regexp.replaceAllLiteral(text, replacement),
		),
	),
	...both(
		"Split",
		fixedOf(countedRegexp, ["string", "int"], (regexp, [text, most]) => textsOf(regexp.split(text, most))),
	),
	["sprig_regexQuoteMeta", fixed(["string"], quoteMeta)],
]);
