import type { GoFunctions } from "../functions/function.ts";
import { fixed, INNOCENT } from "../functions/define.ts";
import { isDeepEqual } from "./equal.ts";
import { kindOf, typeOf } from "./kind.ts";

/** What a value is (`reflect.go` of sprig). */
export const REFLECTION: GoFunctions = new Map([
	["sprig_typeOf", fixed(["any"], typeOf, INNOCENT)],
	["sprig_typeIs", fixed(["string", "any"], (type, value) => type === typeOf(value), INNOCENT)],
	[
		"sprig_typeIsLike",
		fixed(["string", "any"], (type, value) => [type, `*${type}`].includes(typeOf(value)), INNOCENT),
	],
	["sprig_kindOf", fixed(["any"], kindOf, INNOCENT)],
	["sprig_kindIs", fixed(["string", "any"], (kind, value) => kind === kindOf(value), INNOCENT)],
	["sprig_deepEqual", fixed(["any", "any"], isDeepEqual, INNOCENT)],
]);
