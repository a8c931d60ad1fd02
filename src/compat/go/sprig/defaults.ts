import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { fixed, INNOCENT, variadic } from "../functions/define.ts";
import { isEmpty } from "./empty.ts";

/** What stands in for what is empty, and choices (`defaults.go` of sprig). */
export const DEFAULTS: GoFunctions = new Map([
	["sprig_default", variadic([["any"], "any"], ([given], otherwise) => (isEmpty(given) ? otherwise : given))],
	["sprig_empty", fixed(["any"], isEmpty, INNOCENT)],
	["sprig_coalesce", variadic([[], "any"], (values) => values.find((value) => !isEmpty(value)))],
	["sprig_all", variadic([[], "any"], (values) => values.every((value) => !isEmpty(value)), INNOCENT)],
	["sprig_any", variadic([[], "any"], (values) => values.some((value) => !isEmpty(value)), INNOCENT)],
	["sprig_ternary", fixed(["any", "any", "bool"], (yes, no, isMet) => (isMet ? yes : no))],
	[
		"sprig_fail",
		fixed(["string"], () => {
			// The text may hold what a secret holds; what the template says stands beside, as it was written.
			throw new GoFault("the template says that it fails here");
		}),
	],
]);
