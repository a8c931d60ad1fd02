import type { FileOrder } from "../render/mod.ts";
import type { ChildTerms, Variables } from "./ports.ts";

/** What a generation consists of; kept so that the one before can be put back. */
export interface Generation {
	readonly number: number;
	readonly orders: readonly FileOrder[];
	readonly variables: Variables;
	/** How its child is run; absent without a child. */
	readonly terms: ChildTerms | undefined;
}

/** Whether the child would get the same variables. */
export function isSameVariables(a: Variables, b: Variables): boolean {
	return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

/** The log's line for a generation that has been delivered: names and numbers, no values. */
export function renderedLine(
	{ number, variables }: Generation,
	about: { readonly files: readonly string[]; readonly changedFiles: number; readonly secrets: string },
) {
	const counts = `${count(about.changedFiles, "file")}, ${count(variables.size, "variable")}`;
	return {
		msg: `generation ${number}: ${counts} (${about.secrets})`,
		generation: number,
		files: about.files,
		variables: [...variables.keys()],
	};
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
