import type { FileOrder } from "../render/mod.ts";
import type { UnitOrder } from "./order.ts";
import type { ChildTerms, Variables } from "./ports.ts";
import type { FileUnit } from "./spec.ts";

/** What a generation consists of; kept so that the one before can be put back. */
export interface Generation {
	readonly number: number;
	readonly orders: readonly UnitOrder[];
	readonly variables: Variables;
	/** How its child is run; absent without a child. */
	readonly terms: ChildTerms | undefined;
}

/** What a generation brings that the one before it had not. */
export interface Difference {
	readonly files: readonly FileUnit[];
	/** Paths of those, and of what stands beside them. */
	readonly changed: ReadonlySet<string>;
	/** Of variables. */
	readonly names: ReadonlySet<string>;
	/** The child is started anew: it gets other variables, or is run in another way. */
	readonly variablesChanged: boolean;
}

/** Whether a file is to be other than the generation, rejected or not, has it. */
export function isNewFor({ orders }: Generation, { path, content }: FileOrder): boolean {
	return orders.find((order) => order.path === path)?.content !== content;
}

/** Names of the variables that the child would get otherwise, or not at all, or for the first time. */
export function changedVariables(before: Variables, after: Variables): ReadonlySet<string> {
	const names = [...before.keys(), ...after.keys()];
	return new Set(names.filter((name) => before.get(name) !== after.get(name)));
}

/**
 * The log's line for a generation that has been delivered: names and numbers, no values.
 *
 * @param about changedFiles: default all; secrets: what it was made of
 */
export function renderedLine(
	{ number, variables, orders }: Generation,
	about: { readonly changedFiles: number | undefined; readonly secrets: string },
) {
	// What templates write beside their own files is listed after those.
	const standing = orders
		.filter(({ content }) => content !== undefined)
		.toSorted((a, b) => Number(a.path !== a.destination) - Number(b.path !== b.destination));
	const files = standing.map(({ path }) => path);
	const counts = `${count(about.changedFiles ?? files.length, "file")}, ${count(variables.size, "variable")}`;
	return {
		msg: `generation ${number}: ${counts}${about.secrets === "" ? "" : ` (${about.secrets})`}`,
		generation: number,
		files,
		variables: [...variables.keys()],
	};
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
