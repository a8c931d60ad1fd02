import { ofThreeTexts, ofTwoTexts } from "./define.ts";
import type { GoFunctions } from "./function.ts";
import { compileRegexp } from "./regexp.ts";

/** consul-template's functions of regular expressions; loaded where a template names one. */
export const REGEXP_FUNCTIONS: GoFunctions = new Map([
	["regexMatch", ofTwoTexts((pattern, text) => compileRegexp(pattern).test(text), { isInnocent: true })],
	[
		"regexReplaceAll",
		ofThreeTexts((pattern, replacement, text) => compileRegexp(pattern).replaceAll(text, replacement)),
	],
]);
