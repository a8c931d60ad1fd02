import type { Execution } from "./execution.ts";
import { absenceNote } from "./absence.ts";
import type { ActionNode, BranchNode, List, Statement, TemplateNode } from "../language/nodes.ts";
import { valuePiece } from "./output.ts";
import { evaluatePipe } from "./pipelines.ts";
import { printed } from "../printing/print.ts";
import { heldIn, heldType, NOTHING, type Result, traceIn, traceOfEntry } from "./result.ts";
import { isTrue, sortedEntries } from "../values/types.ts";
import { GoInteger, GoMap, GoSlice } from "../values/values.ts";

/** How many times longer than to copy an entry it takes to find its place in the order. */
const ORDERING = 4;

/** How a list was left before its end. */
type Leaving = "break" | "continue" | undefined;

/**
 * Executes a template of the program, with variables of its own.
 *
 * @param given makes what it is given, when it is sure that it can be executed
 * @throws GoTemplateError when there is none of this name
 */
export function executeTemplate(execution: Execution, name: string, given: () => Result): void {
	const list = execution.program.templates.get(name);
	if (list === undefined)
		return execution.fail(`template "${name}" not defined`, "define it, or mend the name");
	const outer = execution.frame;
	const inner = execution.inner(name);
	const dot = given();
	inner.variables.push({ name: "$", value: dot });
	execution.frame = inner;
	runList(execution, list, dot);
	execution.frame = outer;
}

function runList(execution: Execution, list: List, dot: Result): Leaving {
	execution.enter();
	let leaving: Leaving;
	for (const statement of list) {
		leaving = runStatement(execution, statement, dot);
		if (leaving !== undefined) break;
	}
	execution.leave();
	return leaving;
}

function runStatement(execution: Execution, statement: Statement, dot: Result): Leaving {
	execution.step();
	if (statement.kind === "text") {
		if (!execution.output.text(statement.text)) tooLong(execution);
		return undefined;
	}
	execution.at(statement);
	switch (statement.kind) {
		case "break":
		case "continue":
			return statement.kind;
		case "action":
			runAction(execution, statement, dot);
			return undefined;
		case "template":
			runTemplate(execution, statement, dot);
			return undefined;
		case "range":
			return runRange(execution, statement, dot);
		default:
			return runCondition(execution, statement, dot);
	}
}

function tooLong(execution: Execution): never {
	return execution.fail("the output has become too long", "write less of it: a file has at most 8 MiB");
}

/** Variables stay until the block's end; what declares them writes nothing. */
function runAction(execution: Execution, action: ActionNode, dot: Result): void {
	const result = execution.seen(evaluatePipe(execution, action.pipe, dot));
	if (action.pipe.variables.length > 0 || result.isPending) return;
	execution.at(action);
	const text = result.pointer === undefined ? printed(result.value) : "<nil>";
	const note = absenceNote(result, execution.place());
	if (note !== undefined) execution.note(note);
	const isRaw = !execution.settings.isEscaped;
	const hasRoom = result.isForeign
		? execution.output.value(valuePiece(result, { text, place: execution.place(), isRaw }))
		: execution.output.text(text);
	if (!hasRoom) tooLong(execution);
}

function runCondition(execution: Execution, branch: BranchNode, dot: Result): Leaving {
	return inBlock(execution, () => {
		const result = evaluatePipe(execution, branch.pipe, dot);
		if (result.isPending) return undefined;
		if (isTrue(result.value)) return runList(execution, branch.body, branch.kind === "with" ? result : dot);
		return branch.otherwise && runList(execution, branch.otherwise, dot);
	});
}

function runTemplate(execution: Execution, { name, pipe }: TemplateNode, dot: Result): void {
	const given = () => (pipe === undefined ? NOTHING : evaluatePipe(execution, pipe, dot));
	executeTemplate(execution, name, given);
}

/** Forgets the variables that were declared in it. */
function inBlock<T>({ frame: { variables } }: Execution, run: () => T): T {
	const known = variables.length;
	const result = run();
	variables.length = known;
	return result;
}

function runRange(execution: Execution, range: BranchNode, dot: Result): Leaving {
	return inBlock(execution, () => {
		const over = execution.seen(evaluatePipe(execution, range.pipe, dot));
		if (over.isPending) return undefined;
		let isEmpty = true;
		for (const item of itemsOf(execution, over, range)) {
			isEmpty = false;
			const leaving = inBlock(execution, () => runItem(execution, range, item));
			if (leaving === "break") return undefined;
		}
		return isEmpty && range.otherwise !== undefined ? runList(execution, range.otherwise, dot) : undefined;
	});
}

interface Item {
	readonly index: Result;
	readonly value: Result;
}

function runItem(execution: Execution, { pipe, body }: BranchNode, { index, value }: Item): Leaving {
	execution.step();
	const { variables } = execution.frame;
	const names = pipe.variables.map(({ names: [name] }) => name);
	const values = names.length > 1 ? [index, value] : [value];
	for (const [position, given] of values.slice(0, names.length).entries()) {
		// Declared by the pipeline, they are the last ones; an assignment goes to the innermost of its name.
		const known = pipe.isAssignment
			? variables.findLast(({ name }) => name === names[position])
			: variables.at(position - names.length);
		if (known !== undefined) known.value = given;
	}
	return runList(execution, body, value);
}

function* itemsOf(execution: Execution, over: Result, range: BranchNode): Generator<Item> {
	const { value } = over;
	if (value instanceof GoInteger) {
		if (range.pipe.variables.length > 1) {
			execution.fail(`can't use ${heldType(over)} to iterate over more than one variable`);
		}
		for (let n = 0n; n < value.value; n++) {
			yield { index: NOTHING, value: { ...traceIn(over), value: new GoInteger(value.type, n) } };
		}
	} else if (value instanceof GoSlice) {
		const held = { ...traceIn(over), ...heldIn(value) };
		for (const [position, item] of value.items.entries()) {
			const index = { value: new GoInteger("int", BigInt(position)) };
			yield { index, value: { ...held, value: item } };
		}
	} else if (value instanceof GoMap) {
		execution.weigh([value], { levels: 1, effort: ORDERING });
		for (const [key, item] of sortedEntries(value)) {
			yield {
				index: { ...traceIn(over), value: key },
				value: { ...traceOfEntry(over, key), ...heldIn(value), value: item },
			};
		}
	} else if (value !== undefined) {
		execution.fail(`range can't iterate over ${heldType(over)}`);
	}
}
