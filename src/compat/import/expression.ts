/**
 * What an expression is the value of, where templates can ask for more than its fields. `data` is the `.Data` of a secret,
 * `entry` what an iteration over it finds: a plain value, or with KV v2 a map.
 */
export type Holds = "secret" | "certificate" | "data" | "entry" | "other";

/** Where a way of names begins. */
export type Root =
	/** What the block of that level is about; 0 is the template's own. */
	| { readonly kind: "level"; readonly level: number; readonly holds: Holds }
	/** The key of an `each`, of so many within each other. */
	| { readonly kind: "key"; readonly ranges: number; readonly holds: "other" }
	| { readonly kind: "call"; readonly call: Call; readonly holds: Holds };

/** A helper with its arguments. */
export interface Call {
	readonly name: string;
	readonly args: readonly Expression[];
	readonly hash: readonly (readonly [string, Expression])[];
}

/** An expression of either language, on its way from Go to Handlebars. */
export type Expression =
	/** The names are those of Go. */
	| { readonly kind: "way"; readonly root: Root; readonly names: readonly string[] }
	| { readonly kind: "literal"; readonly value: string | number | boolean }
	/** Texts one after the other; Handlebars can write them, and hand them to no helper. */
	| { readonly kind: "texts"; readonly parts: readonly Expression[] };

/** Why something has no counterpart in Handlebars. */
export class Untranslatable extends Error {
	override readonly name = "Untranslatable";
}

export function callOf(
	name: string,
	args: readonly Expression[],
	more: { readonly holds?: Holds; readonly hash?: Call["hash"] } = {},
): Expression {
	const { holds = "other", hash = [] } = more;
	return { kind: "way", root: { kind: "call", call: { name, args, hash }, holds }, names: [] };
}

/** What it is the value of. */
export function heldBy(expression: Expression): Holds {
	if (expression.kind !== "way") return "other";
	const { root, names } = expression;
	if (names.length === 0) return root.holds;
	return root.holds === "secret" && names.join() === "Data" ? "data" : "other";
}

/** A field of it, by names of Go. */
export function memberOf(expression: Expression, names: readonly string[]): Expression {
	if (names.length === 0) return expression;
	if (expression.kind !== "way") throw new Untranslatable("a text has no fields");
	return { ...expression, names: [...expression.names, ...names] };
}

/** Names of Go as Handlebars has them: a secret's own fields stand at the top there. */
export function nativeNames({ holds }: Root, names: readonly string[]): readonly string[] {
	if ((holds !== "secret" && holds !== "certificate") || names.length === 0) return names;
	const [first = "", second, ...rest] = names;
	if (holds === "certificate") {
		if (first === "Data" && second !== undefined) return [second, ...rest];
		return names;
	}
	if (["LeaseID", "LeaseDuration", "Renewable"].includes(first)) return names;
	if (first !== "Data") throw new Untranslatable(`.${first} of a secret is not there`);
	if (second === undefined || second === "metadata" || (second === "data" && rest.length === 0)) return names;
	return second === "data" ? rest : [second, ...rest];
}
