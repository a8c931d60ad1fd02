import type { TemplateNote } from "../../../template/mod.ts";
import { type FaultPlace, GoTemplateError, type GoPlace } from "../language/errors.ts";
import type { GoFunction, GoFunctions, Surroundings } from "../functions/function.ts";
import { type Node, spelled } from "../language/nodes.ts";
import { Output } from "./output.ts";
import type { GoProgram } from "../language/parser.ts";
import { type Result, type Trace, traceOf } from "./result.ts";
import { GoInteger, type GoValue } from "../values/values.ts";
import { weightOf } from "../values/weight.ts";

/** What an execution is told besides the program and the data. */
export interface ExecutionSettings {
	readonly functions: GoFunctions;
	/** A key that is not in a map is an error. */
	readonly errorOnMissingKey: boolean;
	/** Values are escaped for the format of the file. */
	readonly isEscaped: boolean;
}

/** One template that is being executed. */
export interface Frame {
	/** Its name. */
	readonly template: string;
	/** How many have been called for it to be there. */
	readonly depth: number;
	/** What has been declared in it, innermost last. */
	readonly variables: { readonly name: string; value: Result }[];
}

/** Steps of one pass. A list may be as long as a secret is large, and be walked once for each item of another. */
const MOST_STEPS = 1_000_000;

/**
 * Letters and items that the functions of one pass go through and give, all together. Those of a template stay far below;
 * to go through a secret of 1 MiB for each of its lines does not.
 */
const MOST_WORK = 100_000_000;

/** Templates that call each other. */
const MOST_TEMPLATES = 200;

/** Templates, blocks and parentheses within each other, wherever they are defined: a third of what the stack holds. */
const DEEPEST = 500;

/** One pass over a program: what it has come to, and how it complains. */
export class Execution {
	output: Output = new Output();
	frame: Frame;
	readonly program: GoProgram;
	readonly settings: ExecutionSettings;
	readonly surroundings: Surroundings;
	/** Something from outside was put where it may come out again unseen: in a map, in scratch space. */
	isMixed = false;
	/** By place and field: what a range comes to again is said once. */
	readonly #notes = new Map<string, TemplateNote>();
	#node: Node | undefined;
	#steps = 0;
	#work = 0;
	#depth = 0;
	/** Where that came from which the function that is running has asked for. */
	#touched: Trace[] = [];

	constructor(
		program: GoProgram,
		settings: ExecutionSettings,
		surroundings: (execution: Execution) => Surroundings,
	) {
		this.program = program;
		this.settings = settings;
		this.surroundings = surroundings(this);
		this.frame = { template: program.source.file, depth: -1, variables: [] };
	}

	/** From here on, errors are at this node. @returns where they were before */
	at(node: Node | undefined): Node | undefined {
		const before = this.#node;
		this.#node = node;
		return before;
	}

	place(): GoPlace {
		const node = this.#node;
		const expression = node === undefined ? "" : spelled(node);
		return { ...this.program.source.place(node?.at ?? 0), expression };
	}

	/** The same, for a message. */
	faultPlace(): FaultPlace {
		return { ...this.place(), byteColumn: this.program.source.byteColumn(this.#node?.at ?? 0) };
	}

	/** @throws GoTemplateError always: with Go's sentence */
	fail(reason: string, advice?: string): never {
		const { template } = this.frame;
		throw GoTemplateError.execution(this.faultPlace(), { template, reason, ...(advice && { advice }) });
	}

	note(note: TemplateNote): void {
		const { line, column } = note.place;
		const key = `${line}:${column}:${note.path}#${note.field}`;
		if (!this.#notes.has(key)) this.#notes.set(key, note);
	}

	get notes(): readonly TemplateNote[] {
		return [...this.#notes.values()];
	}

	/** Counts what is done once more. @throws GoTemplateError when there is no end of it */
	step(): void {
		if (++this.#steps > MOST_STEPS) this.fail("this has been repeated without end", "walk a shorter list");
	}

	/** Counts what is gone through, in letters. @throws GoTemplateError when there is too much of it */
	spend(letters: number): void {
		this.#work += letters;
		if (this.#work <= MOST_WORK) return;
		this.fail(
			"too much has been gone through: functions were given long texts or lists again and again",
			"give them less, or fewer times: what is the same at each turn of a range is made once, before it",
		);
	}

	/** Counts values that something goes through. @throws GoTemplateError when there is too much of them */
	weigh(
		values: readonly GoValue[],
		{ levels, effort = 1 }: Pick<GoFunction, "effort" | "levels"> = {},
	): void {
		for (const value of values) {
			const most = (MOST_WORK - this.#work) / effort;
			this.spend(effort * weightOf(value, { most, ...(levels !== undefined && { levels }) }));
		}
	}

	/** The frame of a template that is called from this one. @throws GoTemplateError when there is no end of it */
	inner(template: string): Frame {
		const depth = this.frame.depth + 1;
		if (depth > MOST_TEMPLATES) tooDeep(this, MOST_TEMPLATES);
		return { template, depth, variables: [] };
	}

	/** Goes one level down. @throws GoTemplateError when there is no end of it */
	enter(): void {
		if (++this.#depth > DEEPEST) tooDeep(this, DEEPEST);
	}

	/** Comes up again; after an error nobody does. */
	leave(): void {
		this.#depth--;
	}

	/**
	 * Runs a function, and tells what it has asked for meanwhile.
	 *
	 * @param given origin of its arguments
	 */
	watch<T>(given: Trace, run: () => T): { readonly result: T; readonly trace: Trace } {
		const outer = this.#touched;
		this.#touched = [given];
		try {
			const result = run();
			return { result, trace: traceOf(this.#touched) };
		} finally {
			outer.push(...this.#touched);
			this.#touched = outer;
		}
	}

	/** The function that is running has asked for something from outside. */
	touch(trace: Trace): void {
		this.#touched.push(trace);
	}

	/** Where that came from which the function that is running was given and has asked for. */
	touched(): Trace {
		return traceOf(this.#touched);
	}

	/** What can hold others may hold something from outside since it was made. */
	seen(result: Result): Result {
		const isHolder = typeof result.value === "object" && !(result.value instanceof GoInteger);
		return this.isMixed && isHolder && !result.isForeign ? { ...result, isForeign: true } : result;
	}
}

function tooDeep(execution: Execution, most: number): never {
	return execution.fail(`exceeded maximum template depth (${most})`, "let the template end calling itself");
}
