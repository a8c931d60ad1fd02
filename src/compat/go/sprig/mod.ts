import type { GoFunctions, RefusedFunctions } from "../functions/function.ts";
import { CONVERSION } from "./conversion.ts";
import { CRYPTO } from "./crypto.ts";
import { DATES } from "./dates.ts";
import { DEFAULTS } from "./defaults.ts";
import { DICTS } from "./dicts.ts";
import { ENCODING } from "./encoding.ts";
import { JSON_FUNCTIONS } from "./json.ts";
import { LISTS } from "./lists.ts";
import { MATHS } from "./maths.ts";
import { PATHS } from "./paths.ts";
import { REFLECTION } from "./reflection.ts";
import { REFUSED } from "./refused.ts";
import { SEMVER } from "./semver.ts";
import { STRINGS } from "./strings.ts";
import { URLS } from "./url.ts";

const GROUPS = [
	STRINGS,
	CONVERSION,
	MATHS,
	LISTS,
	DICTS,
	DEFAULTS,
	JSON_FUNCTIONS,
	ENCODING,
	CRYPTO,
	DATES,
	PATHS,
	URLS,
	SEMVER,
	REFLECTION,
];

/** Functions of sprig, by their names in templates: `sprig_…`. */
interface Sprig {
	readonly functions: GoFunctions;
	readonly refused: RefusedFunctions;
}

/**
 * The functions of sprig that give the same for the same arguments.
 *
 * @param names those that a template names: regular expressions are a package of their own, loaded where they are used
 */
export async function loadSprig(names: Iterable<string>): Promise<Sprig> {
	const hasRegex = [...names].some((name) => /regex/i.test(name));
	const regex = hasRegex ? (await import("./regex.ts")).REGEX : [];
	return { functions: new Map([...GROUPS.flatMap((group) => [...group]), ...regex]), refused: REFUSED };
}
