import { failFor, missingEntry, missingField, shown } from "./absence.ts";
import { callMethod } from "./calls.ts";
import type { Execution } from "./execution.ts";
import { type ChainNode, type FieldNode, spelled, type VariableNode } from "../language/nodes.ts";
import { numberMethods } from "../values/number-methods.ts";
import { type Given, NOT_GIVEN } from "./pipelines.ts";
import { heldIn, heldType, PENDING_RESULT, type Result, traceIn, traceOfEntry } from "./result.ts";
import { POINTERS } from "../values/from-vault.ts";
import { zeroOf } from "../values/types.ts";
import { GoJsonNumber, GoMap, type GoMethod, GoStruct, type GoValue } from "../values/values.ts";

/** Fields to be walked along. */
export interface Walk {
	readonly receiver: Result;
	readonly node: FieldNode | ChainNode | VariableNode;
	readonly names: readonly string[];
	/** What arguments of a method are evaluated with. */
	readonly dot: Result;
}

/** `.X.Y.Z`, where the last one may be a method that is given something. */
export function evaluateFields(execution: Execution, walk: Walk, given: Given): Result {
	let receiver = execution.seen(walk.receiver);
	for (const [position, name] of walk.names.entries()) {
		if (receiver.isPending) return PENDING_RESULT;
		const isLast = position === walk.names.length - 1;
		receiver = field(execution, { ...walk, receiver, name, position }, isLast ? given : NOT_GIVEN);
	}
	return receiver;
}

interface Step extends Walk {
	readonly name: string;
	readonly position: number;
}

function field(execution: Execution, step: Step, given: Given): Result {
	const { receiver, name, node, dot } = step;
	const { value } = receiver;
	if (value === undefined) return fieldOfNil(execution, step);
	const method = methodsOf(value)?.get(name);
	if (method !== undefined) return callMethod(execution, { name, method, receiver, node, dot }, given);
	const refuse = (reason: string) => {
		if (given.operands.length > 0 || given.final !== undefined) execution.fail(`${name} ${reason}`);
	};
	if (value instanceof GoMap) {
		refuse("is not a method but has arguments");
		return entry(execution, step, value);
	}
	if (value instanceof GoStruct && value.fields.has(name)) {
		refuse("has arguments but cannot be invoked as function");
		return member(receiver, name, value.fields.get(name));
	}
	return execution.fail(`can't evaluate field ${name} in type ${heldType(receiver)}`);
}

function entry(execution: Execution, step: Step, map: GoMap): Result {
	const { receiver, name } = step;
	if (!map.entries.has(name)) return absent(execution, step, map);
	return { ...traceOfEntry(receiver, name), ...heldIn(map), value: map.entries.get(name) };
}

function member(receiver: Result, name: string, value: GoValue): Result {
	const pointer = value === undefined ? POINTERS.get(name) : undefined;
	return { ...traceIn(receiver), ...(pointer && { pointer }), value };
}

function methodsOf(value: GoValue): ReadonlyMap<string, GoMethod> | undefined {
	if (value instanceof GoJsonNumber) return numberMethods(value);
	return value instanceof GoStruct ? value.methods : undefined;
}

function fieldOfNil(execution: Execution, { receiver, name }: Step): Result {
	const { isInterface, pointer, missing } = receiver;
	if (isInterface || pointer !== undefined) {
		failFor(execution, missing, `nil pointer evaluating ${heldType(receiver)}.${name}`);
	}
	if (execution.settings.errorOnMissingKey) execution.fail(`nil data; no entry for key "${name}"`);
	return { value: undefined, ...(missing && { missing }) };
}

function absent(execution: Execution, { receiver, name, node, names, position }: Step, map: GoMap): Result {
	const outer = node.kind === "chain" || node.kind === "variable" ? spelled(baseOf(node)) : "";
	const inner = names.slice(0, position).map((part) => `.${part}`);
	const holder = `${outer}${inner.join("")}` || ".";
	const missing = missingEntry(map, name, { ...receiver, holder, below: names.slice(position + 1) });
	if (execution.settings.errorOnMissingKey) {
		throw missingField(execution, missing, `map has no entry for key "${shown(name)}"`);
	}
	return { ...heldIn(map), value: zeroOf(map.valueType), missing };
}

function baseOf(node: ChainNode | VariableNode): ChainNode["of"] | VariableNode {
	if (node.kind === "variable") return { ...node, names: node.names.slice(0, 1) };
	return node.of.kind === "pipe" ? { ...node.of } : node.of;
}
