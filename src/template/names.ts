import type { Block, Call, Expression, PathExpression } from "./ast.ts";

/** The name of a call that may be a helper: one part, neither `../`, `@` nor `this.`. */
export function simpleName(path: Expression): string | undefined {
	if (path.type !== "PathExpression" || path.data || path.depth > 0 || path.parts.length !== 1)
		return undefined;
	return /^(this\b|\.)/.test(path.original) ? undefined : path.parts[0];
}

/** The expression as written, shortened to its name and plain arguments. */
export function expressionOf(call: Call | Block): string {
	const word = (expression: Expression): string => {
		switch (expression.type) {
			case "PathExpression":
				return written(expression);
			case "SubExpression":
				return `(${expressionOf(expression)})`;
			case "UndefinedLiteral":
				return "undefined";
			case "NullLiteral":
				return "null";
			default:
				return JSON.stringify(expression.value);
		}
	};
	const hash = call.hash?.pairs.map(({ key, value }) => `${key}=${word(value)}`) ?? [];
	return [word(call.path), ...call.params.map(word), ...hash].join(" ");
}

/** The parser takes the brackets away, without which a dashed or dotted name means something else. */
function written({ data, depth, original, parts }: PathExpression): string {
	if (parts.length === 0 || /^(this\b|\.\/)/.test(original)) return original;
	const names = parts.map((part) => (/^[A-Za-z_]\w*$/.test(part) ? part : `[${part}]`));
	return `${data ? "@" : ""}${"../".repeat(depth)}${names.join(".")}`;
}
