import type { GoFunction, GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { compileRegexp, quoteMeta } from "../functions/regexp.ts";
import { fixed, INNOCENT, textsOf } from "../functions/define.ts";

/** An expression that is none matches nothing; `mustRegexMatch` says so. */
function matchesQuietly(expression: string, text: string): boolean {
	try {
		return compileRegexp(expression).test(text);
	} catch (error) {
		if (error instanceof GoFault) return false;
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
	["sprig_regexMatch", fixed(["string", "string"], matchesQuietly, INNOCENT)],
	[
		"sprig_mustRegexMatch",
		fixed(["string", "string"], (expression, text) => compileRegexp(expression).test(text), INNOCENT),
	],
	...both(
		"FindAll",
		fixed(["string", "string", "int"], (expression, text, most) =>
			textsOf(compileRegexp(expression).findAll(text, most)),
		),
	),
	...both(
		"Find",
		fixed(["string", "string"], (expression, text) => compileRegexp(expression).findAll(text, 1)[0] ?? ""),
	),
	...both(
		"ReplaceAll",
		fixed(["string", "string", "string"], (expression, text, replacement) =>
			compileRegexp(expression).replaceAll(text, replacement),
		),
	),
	...both(
		"ReplaceAllLiteral",
		fixed(["string", "string", "string"], (expression, text, replacement) =>
			compileRegexp(expression).replaceAllLiteral(text, replacement),
		),
	),
	...both(
		"Split",
		fixed(["string", "string", "int"], (expression, text, most) =>
			textsOf(compileRegexp(expression).split(text, most)),
		),
	),
	["sprig_regexQuoteMeta", fixed(["string"], quoteMeta)],
]);
