import { callFunction } from "./calls.ts";
import type { Execution } from "./execution.ts";
import { evaluateFields } from "./fields.ts";
import {
	type ChainNode,
	type CommandNode,
	type NumberNode,
	type Operand,
	type PipeNode,
	spelled,
	type VariableNode,
} from "../language/nodes.ts";
import type { Result } from "./result.ts";
import { GoInteger } from "../values/values.ts";

/** What is given to a command: the operands behind its first one, and what came through the pipe. */
export interface Given {
	readonly operands: readonly Operand[];
	readonly final?: Result;
}

/** Nothing but the operand itself. */
export const NOT_GIVEN: Given = { operands: [] };

/** The value of a pipeline; variables that it declares are there afterwards. */
export function evaluatePipe(execution: Execution, pipe: PipeNode, dot: Result): Result {
	execution.enter();
	execution.at(pipe);
	let value: Result | undefined;
	for (const command of pipe.commands) {
		const { isInterface: _, ...concrete } = evaluateCommand(execution, command, { dot, final: value });
		value = concrete;
	}
	if (value === undefined) throw new RangeError("Cannot evaluate a pipeline: it has no commands");
	for (const { names } of pipe.variables) setVariable(execution, pipe, { name: names[0] ?? "", value });
	execution.leave();
	return value;
}

function setVariable(
	execution: Execution,
	{ isAssignment }: PipeNode,
	{ name, value }: { readonly name: string; readonly value: Result },
): void {
	const { variables } = execution.frame;
	const known = isAssignment ? variables.findLast((variable) => variable.name === name) : undefined;
	if (known !== undefined) known.value = value;
	else if (isAssignment) execution.fail(`undefined variable: ${name}`);
	else variables.push({ name, value });
}

function evaluateCommand(
	execution: Execution,
	command: CommandNode,
	{ dot, final }: { readonly dot: Result; readonly final: Result | undefined },
): Result {
	execution.step();
	const [first, ...operands] = command.operands;
	const given: Given = { operands, ...(final && { final }) };
	switch (first.kind) {
		case "field":
			execution.at(first);
			return evaluateFields(execution, { receiver: dot, node: first, names: first.names, dot }, given);
		case "chain":
			return evaluateChain(execution, { node: first, dot }, given);
		case "variable":
			return evaluateVariable(execution, { node: first, dot }, given);
		case "identifier":
			execution.at(first);
			return callFunction(execution, { name: first.name, node: command, dot }, given);
		case "pipe":
			refuseArguments(execution, first, given);
			return evaluatePipe(execution, first, dot);
		default:
			execution.at(first);
			refuseArguments(execution, first, given);
			if (first.kind === "nil") execution.fail("nil is not a command");
			return first.kind === "dot" ? dot : constant(execution, first);
	}
}

/** An operand by itself, whatever its type is; literals have Go's own. */
export function evaluateOperand(execution: Execution, node: Operand, dot: Result): Result {
	execution.at(node);
	switch (node.kind) {
		case "dot":
			return dot;
		case "field":
			return evaluateFields(execution, { receiver: dot, node, names: node.names, dot }, NOT_GIVEN);
		case "variable":
			return evaluateVariable(execution, { node, dot }, NOT_GIVEN);
		case "chain":
			return evaluateChain(execution, { node, dot }, NOT_GIVEN);
		case "pipe":
			return evaluatePipe(execution, node, dot);
		case "identifier":
			return callFunction(execution, { name: node.name, node, dot }, NOT_GIVEN);
		case "nil":
			return { value: undefined };
		default:
			return constant(execution, node);
	}
}

function evaluateChain(
	execution: Execution,
	{ node, dot }: { readonly node: ChainNode; readonly dot: Result },
	given: Given,
): Result {
	execution.at(node);
	const receiver = evaluateOperand(execution, node.of, dot);
	return evaluateFields(execution, { receiver, node, names: node.names, dot }, given);
}

function evaluateVariable(
	execution: Execution,
	{ node, dot }: { readonly node: VariableNode; readonly dot: Result },
	given: Given,
): Result {
	execution.at(node);
	const [name = "", ...names] = node.names;
	const known = execution.frame.variables.findLast((variable) => variable.name === name);
	if (known === undefined) return execution.fail(`undefined variable: ${name}`);
	if (names.length > 0) {
		return evaluateFields(execution, { receiver: known.value, node, names, dot }, given);
	}
	refuseArguments(execution, node, given);
	return known.value;
}

function refuseArguments(execution: Execution, first: Operand, { operands, final }: Given): void {
	if (operands.length === 0 && final === undefined) return;
	execution.fail(`can't give argument to non-function ${spelled(first)}`);
}

/** A literal where nothing says which type is wanted. */
function constant(
	execution: Execution,
	node: Extract<Operand, { kind: "bool" | "string" | "number" }>,
): Result {
	if (node.kind === "bool") return { value: node.isTrue };
	return { value: node.kind === "string" ? node.text : number(execution, node) };
}

function number(execution: Execution, { constant: { integer, float, isFloating }, source }: NumberNode) {
	if (isFloating) return float;
	if (integer === undefined) return execution.fail(`${source} overflows int`);
	return new GoInteger("int", integer);
}
