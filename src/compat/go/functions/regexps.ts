import { fixedOf, INNOCENT } from "./define.ts";
import type { GoFunctions } from "./function.ts";
import { countedRegexp } from "./regexp.ts";

/** consul-template's functions of regular expressions; loaded where a template names one. */
export const REGEXP_FUNCTIONS: GoFunctions = new Map([
	[
		"regexMatch",
		{ ...fixedOf(countedRegexp, ["string"], (regexp, [text]) => regexp.test(text)), ...INNOCENT },
	],
	[
		"regexReplaceAll",
		fixedOf(countedRegexp, ["string", "string"], (regexp, [replacement, text]) =>
			regexp.replaceAll(text, replacement),
		),
	],
]);
