import { failFor } from "./absence.ts";
import type { Execution } from "./execution.ts";
import { type Operand, spelled } from "../language/nodes.ts";
import { evaluateOperand } from "./pipelines.ts";
import { heldType, type Result } from "./result.ts";
import { isAssignable, nilFor, parameterName, typeName } from "../values/types.ts";
import { GoInteger, type ParameterType } from "../values/values.ts";

interface Wanted {
	readonly operand: Operand;
	readonly type: ParameterType;
}

/** An argument, as the type of its parameter wants it. @throws GoTemplateError where it is of another */
export function evaluateArgument(execution: Execution, { operand, type }: Wanted, dot: Result): Result {
	execution.at(operand);
	if (operand.kind === "nil") {
		return nilFor(type) ?? execution.fail(`cannot assign nil to ${parameterName(type)}`);
	}
	const isLiteral = operand.kind === "bool" || operand.kind === "string" || operand.kind === "number";
	if (isLiteral && type !== "any") return literalFor(execution, operand, type);
	return validated(execution, evaluateOperand(execution, operand, dot), type);
}

/** A value that is there already. @throws GoTemplateError where it is of another type */
export function validated(execution: Execution, result: Result, type: ParameterType): Result {
	const { value } = result;
	if (result.isPending || isAssignable(value, type)) return result;
	const refuse = (reason: string): never => failFor(execution, result.missing, reason);
	const wanted = parameterName(type);
	if (value !== undefined) refuse(`wrong type for value; expected ${wanted}; got ${typeName(value)}`);
	if (result.isInterface || result.pointer !== undefined) {
		refuse(`wrong type for value; expected ${wanted}; got ${heldType(result)}`);
	}
	return { ...result, ...(nilFor(type) ?? refuse(`invalid value; expected ${wanted}`)) };
}

type Literal = Extract<Operand, { kind: "bool" | "string" | "number" }>;

/** What a parameter of such a type calls what it wants; the others take no literals. */
const NAMES: Partial<Record<ParameterType, string>> = {
	bool: "bool",
	float64: "float",
	int: "integer",
	int64: "integer",
	string: "string",
};

function literalFor(execution: Execution, literal: Literal, type: ParameterType): Result {
	const value = literalAs(literal, type);
	if (value !== undefined) return { value };
	const name = NAMES[type];
	return execution.fail(
		name === undefined
			? `can't handle ${spelled(literal)} for arg of type ${parameterName(type)}`
			: `expected ${name}; found ${spelled(literal)}`,
	);
}

function literalAs(literal: Literal, type: ParameterType): GoInteger | string | number | boolean | undefined {
	switch (type) {
		case "bool":
			return literal.kind === "bool" ? literal.isTrue : undefined;
		case "string":
			return literal.kind === "string" ? literal.text : undefined;
		case "float64":
			return literal.kind === "number" ? literal.constant.float : undefined;
		case "int":
		case "int64": {
			const integer = literal.kind === "number" ? literal.constant.integer : undefined;
			return integer === undefined ? undefined : new GoInteger(type, integer);
		}
		default:
			return undefined;
	}
}
