import { fixed, INNOCENT } from "./define.ts";
import type { GoFunctions } from "./function.ts";
import { compileRegexp } from "./regexp.ts";

/** consul-template's functions of regular expressions; loaded where a template names one. */
export const REGEXP_FUNCTIONS: GoFunctions = new Map([
	["regexMatch", fixed(["string", "string"], (pattern, text) => compileRegexp(pattern).test(text), INNOCENT)],
	[
		"regexReplaceAll",
		fixed(["string", "string", "string"], (pattern, replacement, text) =>
			compileRegexp(pattern).replaceAll(text, replacement),
		),
	],
]);
