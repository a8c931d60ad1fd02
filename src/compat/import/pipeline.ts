import type { CommandNode, Operand, PipeNode } from "../go/mod.ts";
import { type Expression, memberOf, Untranslatable } from "./expression.ts";
import { TRANSLATIONS } from "./functions.ts";

/** What names mean where a pipeline stands. */
export interface Names {
	readonly dot: Expression | undefined;
	readonly variables: ReadonlyMap<string, Expression>;
}

/** What a pipeline is the value of. @throws Untranslatable */
export function pipelineOf({ commands }: PipeNode, names: Names): Expression {
	let result: Expression | undefined;
	for (const command of commands) result = commandOf(command, names, result);
	if (result === undefined) throw new Untranslatable("there is no pipeline");
	return result;
}

function commandOf({ operands }: CommandNode, names: Names, piped: Expression | undefined): Expression {
	const [first, ...others] = operands;
	const args = [
		...others.map((operand) => operandOf(operand, names)),
		...(piped === undefined ? [] : [piped]),
	];
	if (first.kind === "identifier") return applied(first.name, args);
	if (args.length > 0) throw new Untranslatable("methods with arguments have no counterpart");
	return operandOf(first, names);
}

function applied(name: string, args: readonly Expression[]): Expression {
	const translation = TRANSLATIONS.get(name);
	if (translation === undefined) throw new Untranslatable(`the function ${name} has no helper of the kind`);
	try {
		return translation(args);
	} catch (error) {
		if (error instanceof Untranslatable) throw new Untranslatable(`${name}: ${error.message}`);
		throw error;
	}
}

function operandOf(operand: Operand, names: Names): Expression {
	switch (operand.kind) {
		case "dot":
			return dotOf(names);
		case "field":
			return memberOf(dotOf(names), operand.names);
		case "variable": {
			const [name = "", ...rest] = operand.names;
			const value = names.variables.get(name);
			if (value === undefined) throw new Untranslatable(`${name} has no counterpart`);
			return memberOf(value, rest);
		}
		case "chain":
			return memberOf(operandOf(operand.of, names), operand.names);
		case "pipe":
			return pipelineOf(operand, names);
		case "string":
			return { kind: "literal", value: operand.text };
		case "bool":
			return { kind: "literal", value: operand.isTrue };
		case "number": {
			const { integer, isFloating } = operand.constant;
			if (integer === undefined || isFloating) throw new Untranslatable("only whole numbers can be written");
			return { kind: "literal", value: Number(integer) };
		}
		case "identifier":
			return applied(operand.name, []);
		case "nil":
			throw new Untranslatable("nil has no counterpart");
		default:
			return operand satisfies never;
	}
}

function dotOf({ dot }: Names): Expression {
	if (dot === undefined) throw new Untranslatable("there is nothing behind the dot here");
	return dot;
}
