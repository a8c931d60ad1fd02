import { failFor, missingEntry } from "./absence.ts";
import { evaluateArgument, validated } from "./arguments.ts";
import type { Execution } from "./execution.ts";
import { type GoFunction, PENDING } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { type Node, spelled } from "../language/nodes.ts";
import { evaluateOperand, type Given } from "./pipelines.ts";
import {
	type Missing,
	NOTHING,
	PENDING_RESULT,
	type Result,
	type Trace,
	traceIn,
	traceOf,
	traceOfEntry,
} from "./result.ts";
import { noteLooseText, refuseForeignPlace } from "./side-files.ts";
import { isTrue } from "../values/types.ts";
import { type GoMethod, GoMap, GoStruct, type GoValue, type ParameterType } from "../values/values.ts";

/** Functions that write what they are given; a field that is not there is then written as nothing. */
const WRITING: ReadonlySet<string> = new Set(["html", "js", "print", "printf", "println", "urlquery"]);

interface Call {
	readonly name: string;
	/** What errors of the function are at: the command, or the name where it stands alone. */
	readonly node: Node;
	readonly dot: Result;
}

export function callFunction(execution: Execution, call: Call, given: Given): Result {
	const { name, node } = call;
	const known = execution.settings.functions.get(name);
	if (known === undefined) return execution.fail(`"${name}" is not a defined function`);
	if (name === "and" || name === "or") return logic(execution, call, given);
	const args = argumentsOf(execution, { ...call, ...known }, given);
	if (args.some(({ isPending }) => isPending)) return PENDING_RESULT;
	const values = args.map(({ value }) => value);
	if (known.destination !== undefined) {
		execution.at(node);
		refuseForeignPlace(execution, known.destination, args);
		noteLooseText(execution, args);
	}
	const run = () => known.run(values, execution.surroundings);
	const made = guarded(execution, { name, node, args, ...known }, run);
	const trace = known.isInnocent ? {} : name === "index" ? traceOfIndex(args) : madeBy(name, made);
	const missing = name === "index" ? missingIn(args, given) : WRITING.has(name) ? missingOf(args) : undefined;
	return {
		value: made.value,
		...(made.isPending && { isPending: true }),
		...traceIn(trace),
		...(known.isJson && { isJson: true }),
		...(missing && { missing }),
	};
}

/** Functions whose results have the names of a secret. */
const ASKING: ReadonlySet<string> = new Set(["pkiCert", "secret"]);

function madeBy(name: string, made: Trace): Trace {
	const { isForeign, from } = made;
	if (!isForeign || from === undefined || ASKING.has(name)) return made;
	return { isForeign, from: { ...from, isMade: true } };
}

/** `index` walks along fields as a chain does. */
function traceOfIndex([item = NOTHING, ...keys]: readonly Result[]): Trace {
	const given = traceOf([item, ...keys]);
	const isPlain = keys.every(({ isForeign }) => !isForeign);
	if (!isPlain) return given;
	return keys.reduce<Trace>(
		(trace, { value }) => (typeof value === "string" ? traceOfEntry(trace, value) : trace),
		given,
	);
}

/** The key that `index` has not found, where it was asked for one. */
function missingIn(
	[item, key, more]: readonly Result[],
	{ operands: [operand] }: Given,
): Missing | undefined {
	if (!(item?.value instanceof GoMap) || typeof key?.value !== "string" || more !== undefined)
		return undefined;
	if (item.value.entries.has(key.value) || operand === undefined || key.isForeign) return undefined;
	const holder = operand.kind === "pipe" ? `(${spelled(operand)})` : spelled(operand);
	return missingEntry(item.value, key.value, { ...traceIn(item), holder, below: [] });
}

function missingOf(args: readonly Result[]): Missing | undefined {
	return args.find(({ missing }) => missing !== undefined)?.missing;
}

interface MethodCall extends Call {
	readonly method: GoMethod;
	readonly receiver: Result;
}

export function callMethod(execution: Execution, call: MethodCall, given: Given): Result {
	const { name, node, method, receiver } = call;
	const args = argumentsOf(execution, { ...call, parameters: method.parameters }, given);
	if (args.some(({ isPending }) => isPending)) return PENDING_RESULT;
	const values = args.map(({ value }) => value);
	const { levels = 0, effort = 1 } = method;
	const made = guarded(execution, { name, node, args: [receiver, ...args], levels, effort }, () =>
		method.run(values),
	);
	return method.isInnocent ? { value: made.value } : made;
}

interface Guarded extends Pick<GoFunction, "effort" | "levels" | "pairs"> {
	readonly name: string;
	readonly node: Node;
	readonly args: readonly Result[];
}

/** Runs it, and tells where what it gives comes from. */
function guarded(
	execution: Execution,
	{ name, node, args, pairs, ...reach }: Guarded,
	run: () => GoValue | typeof PENDING,
): Result {
	execution.step();
	const given = args.map((arg) => execution.seen(arg));
	const isForeign = given.some((arg) => arg.isForeign);
	if (isForeign && args.some(({ value }) => value instanceof GoMap || value instanceof GoStruct)) {
		execution.isMixed = true;
	}
	const before = execution.at(node);
	const values = args.map(({ value }) => value);
	execution.weigh(values, reach);
	execution.spend(pairs?.(values) ?? 0);
	try {
		const { result, trace } = execution.watch(traceOf(given), run);
		if (result === PENDING) return PENDING_RESULT;
		execution.weigh([result], reach);
		execution.at(before);
		return { value: result, ...traceOf([...given, trace]) };
	} catch (error) {
		if (!(error instanceof GoFault)) throw error;
		const missing = missingOf(args.filter(({ value }) => value === undefined));
		return failFor(execution, missing, `error calling ${name}: ${error.message}`);
	}
}

interface Signature extends Call {
	readonly parameters: readonly ParameterType[];
	readonly isVariadic?: true;
}

function argumentsOf(execution: Execution, call: Signature, { operands, final }: Given): readonly Result[] {
	const { parameters, isVariadic, dot } = call;
	checkCount(execution, call, { operands, ...(final && { final }) });
	const typeAt = (position: number) =>
		parameters[isVariadic ? Math.min(position, parameters.length - 1) : position] ?? "any";
	const args = operands.map((operand, position) =>
		evaluateArgument(execution, { operand, type: typeAt(position) }, dot),
	);
	return final === undefined ? args : [...args, validated(execution, final, typeAt(operands.length))];
}

function checkCount(execution: Execution, call: Signature, { operands, final }: Given): void {
	const { name, parameters, isVariadic } = call;
	const count = operands.length + (final === undefined ? 0 : 1);
	if (isVariadic) {
		const fewest = parameters.length - 1;
		if (count >= fewest) return;
		execution.fail(`wrong number of args for ${name}: want at least ${fewest} got ${operands.length}`);
	}
	if (count === parameters.length) return;
	execution.fail(`wrong number of args for ${name}: want ${parameters.length} got ${count}`);
}

/** `and` and `or` stop at the first operand that decides, and give it. */
function logic(execution: Execution, call: Call, { operands, final }: Given): Result {
	if (operands.length === 0 && final === undefined) {
		execution.fail(`wrong number of args for ${call.name}: want at least 1 got 0`);
	}
	let last = final;
	for (const operand of operands) {
		const result = evaluateOperand(execution, operand, call.dot);
		if (result.isPending || isTrue(result.value) === (call.name === "or")) return result;
		last = final ?? result;
	}
	return last ?? PENDING_RESULT;
}
