import { COLLECTION_FUNCTIONS } from "./collections.ts";
import { ENCODING_FUNCTIONS } from "./encoding.ts";
import type { GoFunctions } from "./function.ts";
import { LOCAL_FUNCTIONS } from "./local.ts";
import { MATHS_FUNCTIONS } from "./maths.ts";
import { SECRET_FUNCTIONS } from "./secrets.ts";
import { STRING_FUNCTIONS } from "./strings.ts";

/** Names that bring a package with them. */
const REGEXPS: ReadonlySet<string> = new Set(["regexMatch", "regexReplaceAll"]);
const DOCUMENTS: ReadonlySet<string> = new Set(["parseYAML", "toTOML", "toYAML"]);

/** Names of functions that are not there unless they are asked for. */
export const LOADED_NAMES: readonly string[] = [...REGEXPS, ...DOCUMENTS];

/**
 * consul-template's functions, those of Vault Agent among them. What brings a package with it is loaded and there only
 * when it is asked for.
 *
 * @param names functions that the template names
 */
export async function vaultFunctions(names: ReadonlySet<string>): Promise<GoFunctions> {
	const isNamed = (group: ReadonlySet<string>) => [...group].some((name) => names.has(name));
	return new Map([
		...SECRET_FUNCTIONS,
		...LOCAL_FUNCTIONS,
		...ENCODING_FUNCTIONS,
		...STRING_FUNCTIONS,
		...COLLECTION_FUNCTIONS,
		...MATHS_FUNCTIONS,
		...(isNamed(REGEXPS) ? (await import("./regexps.ts")).REGEXP_FUNCTIONS : []),
		...(isNamed(DOCUMENTS) ? (await import("./documents.ts")).DOCUMENT_FUNCTIONS : []),
	]);
}
