import { type Call, type Expression, nativeNames, type Root, Untranslatable } from "./expression.ts";

/** Where an expression is written. */
export interface Position {
	/** Blocks around it that have a context of their own. */
	readonly level: number;
	/** `each` blocks around it. */
	readonly ranges: number;
}

const PLAIN = /^[A-Za-z_]\w*$/;
/** Words that mean something else to Handlebars. */
const WORDS: ReadonlySet<string> = new Set(["else", "this", "true", "false", "null", "undefined", "as"]);

/** As it stands between the braces. @throws Untranslatable */
export function spelled(expression: Expression, position: Position): string {
	if (expression.kind === "way" && expression.names.length === 0 && expression.root.kind === "call") {
		return spelledCall(expression.root.call, position);
	}
	return argument(expression, position, false);
}

/** `name argument key=argument`, without parentheses. */
export function spelledCall({ name, args, hash }: Call, position: Position): string {
	const words = args.map((one) => argument(one, position, true));
	return [name, ...words, ...hash.map(([key, one]) => `${key}=${argument(one, position, true)}`)].join(" ");
}

function argument(expression: Expression, position: Position, isInside: boolean): string {
	switch (expression.kind) {
		case "literal":
			return literal(expression.value);
		case "texts":
			throw new Untranslatable("Handlebars puts texts together in the file alone, and for no helper");
		case "way": {
			const { root } = expression;
			const names = nativeNames(root, expression.names);
			if (root.kind !== "call") return way(root, names, position);
			const call = fieldsOf(root.call, names);
			return isInside ? `(${spelledCall(call, position)})` : spelledCall(call, position);
		}
		default:
			return expression satisfies never;
	}
}

/** What a helper gave has no names to go on with: its fields are asked of `get`. */
function fieldsOf(call: Call, names: readonly string[]): Call {
	return names.reduce<Call>(
		(of, name) => ({
			name: "get",
			args: [
				{ kind: "way", root: { kind: "call", call: of, holds: "other" }, names: [] },
				{ kind: "literal", value: name },
			],
			hash: [],
		}),
		call,
	);
}

function way(root: Exclude<Root, { kind: "call" }>, names: readonly string[], position: Position): string {
	if (root.kind === "key") {
		if (root.ranges !== position.ranges)
			throw new Untranslatable("the key of an outer range is not to be had");
		return ["@key", ...names.map(segment)].join(".");
	}
	const up = position.level - root.level;
	if (names.length === 0) return up === 0 ? "this" : Array.from({ length: up }, () => "..").join("/");
	return "../".repeat(up) + names.map(segment).join(".");
}

function segment(name: string): string {
	if (PLAIN.test(name) && !WORDS.has(name)) return name;
	if (name === "" || /[[\]]/.test(name))
		throw new Untranslatable("a name with brackets, or none, cannot be written");
	return `[${name}]`;
}

function literal(value: string | number | boolean): string {
	if (typeof value !== "string") return String(value);
	if (value.endsWith("\\") || /\\["']/.test(value))
		throw new Untranslatable("a backslash before a quote cannot be written");
	if (!value.includes('"')) return `"${value}"`;
	if (!value.includes("'")) return `'${value}'`;
	throw new Untranslatable("a text with both quotes cannot be written");
}
