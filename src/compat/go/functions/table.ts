import { CORE_FUNCTIONS, REFUSED_CORE_FUNCTIONS } from "./core.ts";
import type { GoFunctions, RefusedFunctions } from "./function.ts";
import { REFUSED_FUNCTIONS } from "./refused.ts";
import { LOADED_NAMES, vaultFunctions } from "./vault.ts";

/** The functions of templates, and those that are refused by name. */
export interface FunctionTable {
	readonly functions: GoFunctions;
	readonly refused: RefusedFunctions;
}

/** @param names the words of a template that may be functions: what none of them needs is not loaded */
export async function functionTable(names: ReadonlySet<string>): Promise<FunctionTable> {
	const table = await tableFor(names);
	const isKnown = (name: string) => table.functions.has(name) || table.refused.has(name);
	// A word that is none may be meant for one that has not been loaded, and the error says which.
	return [...names].every(isKnown) ? table : await tableFor(new Set([...names, ...LOADED_NAMES]));
}

async function tableFor(names: ReadonlySet<string>): Promise<FunctionTable> {
	const sprig = [...names].filter((name) => name.startsWith("sprig_"));
	const more = sprig.length === 0 ? undefined : await (await import("../sprig/mod.ts")).loadSprig(sprig);
	return {
		functions: new Map([...CORE_FUNCTIONS, ...(await vaultFunctions(names)), ...(more?.functions ?? [])]),
		refused: new Map([...REFUSED_CORE_FUNCTIONS, ...REFUSED_FUNCTIONS, ...(more?.refused ?? [])]),
	};
}
