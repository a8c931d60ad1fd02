import type { BranchNode, List, PipeNode, Statement } from "../go/mod.ts";
import { type Call, type Expression, heldBy, type Holds, Untranslatable } from "./expression.ts";
import { condition } from "./functions.ts";
import type { Part } from "./layout.ts";
import { pipelineOf } from "./pipeline.ts";
import { type Position, spelled, spelledCall } from "./spell.ts";
import type { SourceTag, TagRow } from "./tags.ts";

/** Where a statement stands. */
interface Scope extends Position {
	readonly dot: Expression | undefined;
	/** Those of the block; a block within has its own copy. */
	readonly variables: Map<string, Expression>;
}

const ENTRY = "what is in .Data is printed, and on a KV v2 mount that is no plain value";

/** Walks a Go template beside its tags, and writes the parts of a Handlebars one. */
export class Writer {
	readonly parts: Part[] = [];
	/** Where the statement begins that is being written. */
	at = 0;
	readonly #row: TagRow;
	#next = 0;

	constructor(row: TagRow) {
		this.#row = row;
	}

	/** @param holds what the dot at the top is about; nothing where it is nothing */
	file(list: List, holds: Holds | undefined): void {
		const dot = holds && dotAt(0, holds);
		this.#list(list, { level: 0, ranges: 0, dot, variables: new Map() });
		this.#comments();
		this.#text(this.#row.rest, false);
	}

	#list(list: List, scope: Scope): void {
		for (const statement of list) if (statement.kind !== "text") this.#statement(statement, scope);
	}

	#statement(statement: Exclude<Statement, { kind: "text" }>, scope: Scope): void {
		this.at = statement.at;
		switch (statement.kind) {
			case "action":
				this.#tag();
				this.#action(statement.pipe, scope);
				return;
			case "if":
			case "with":
			case "range": {
				const closing = this.#branch(statement, scope, "#");
				this.#tag();
				this.parts.push({ kind: "block", inner: `/${closing}` });
				return;
			}
			case "template":
				throw new Untranslatable("templates within templates have no counterpart");
			case "break":
			case "continue":
				throw new Untranslatable(`${statement.kind} has no counterpart`);
			default:
				statement satisfies never;
		}
	}

	#action(pipe: PipeNode, scope: Scope): void {
		const value = pipelineOf(pipe, scope);
		const [variable, ...others] = pipe.variables;
		if (pipe.isAssignment) throw new Untranslatable("a variable that changes has no counterpart");
		if (others.length > 0) throw new Untranslatable("two variables at once have no counterpart");
		const [name = ""] = variable?.names ?? [];
		if (variable !== undefined) scope.variables.set(name, value);
		else this.#output(value, scope);
	}

	#output(value: Expression, scope: Scope): void {
		if (value.kind === "texts") for (const part of value.parts) this.#output(part, scope);
		else if (value.kind === "literal") this.#plain(String(value.value));
		else {
			const held = heldBy(value);
			if (held === "entry") throw new Untranslatable(ENTRY);
			const isWhole =
				held !== "other" ||
				(value.root.holds === "secret" && /^(Data,)?(Data|data)$/.test(value.names.join()));
			if (isWhole) throw new Untranslatable("a secret as a whole is printed, which only Go can");
			this.parts.push({ kind: "value", inner: spelled(value, scope) });
		}
	}

	#plain(text: string): void {
		this.parts.push({ kind: "text", text, trimsStart: false, trimsEnd: false });
	}

	/** All but the end. @returns the word with which it is closed */
	#branch(node: BranchNode, scope: Scope, sign: "#" | "else "): string {
		this.at = node.at;
		this.#tag();
		const { head, inner } = this.#head(node, scope);
		this.parts.push({ kind: "block", inner: `${sign}${head}` });
		this.#list(node.body, { ...inner, variables: new Map(inner.variables) });
		this.#otherwise(node.otherwise, scope);
		return head.split(" ", 1)[0] ?? "";
	}

	#otherwise(list: List | undefined, scope: Scope): void {
		if (list === undefined) return;
		const own = { ...scope, variables: new Map(scope.variables) };
		const [first] = list;
		const [, word] = this.#peek().words;
		if (word !== undefined && first !== undefined && (first.kind === "if" || first.kind === "with")) {
			this.#branch(first, own, "else ");
			return;
		}
		this.#tag();
		this.parts.push({ kind: "block", inner: "else" });
		this.#list(list, own);
	}

	#head({ kind, pipe }: BranchNode, scope: Scope): { head: string; inner: Scope } {
		const value = pipelineOf(pipe, scope);
		if (pipe.isAssignment) throw new Untranslatable("a variable that changes has no counterpart");
		const names = pipe.variables.map(({ names: [name = ""] }) => name);
		if (kind === "if") {
			return { head: `if ${inParentheses(condition(value), scope)}`, inner: declared(scope, names, [value]) };
		}
		const level = scope.level + 1;
		if (kind === "with") {
			const dot = dotAt(level, heldBy(value));
			return { head: withHead(value, scope), inner: declared({ ...scope, level, dot }, names, [dot]) };
		}
		const holds = heldBy(value) === "data" ? "entry" : "other";
		const [dot, ranges] = [dotAt(level, holds), scope.ranges + 1];
		const key: Expression = { kind: "way", root: { kind: "key", ranges, holds: "other" }, names: [] };
		const inner = declared({ ...scope, level, ranges, dot }, names, names.length === 2 ? [key, dot] : [dot]);
		return { head: `each ${inParentheses(value, scope)}`, inner };
	}

	#peek(): SourceTag {
		this.#comments();
		const tag = this.#row.tags[this.#next];
		if (tag === undefined) throw new Untranslatable("its tags could not be followed");
		return tag;
	}

	/** Goes on behind the next action; what stands before it is written. */
	#tag(): void {
		const tag = this.#peek();
		this.#text(tag.before, tag.trimsBefore);
		this.#next++;
	}

	/** Comments up to the next action. */
	#comments(): void {
		for (;;) {
			const tag = this.#row.tags[this.#next];
			if (tag?.comment === undefined) return;
			this.#text(tag.before, tag.trimsBefore);
			this.#next++;
			const text = tag.comment.trim().replaceAll("--", "-");
			if (!text.includes("}}")) this.parts.push({ kind: "block", inner: `!-- ${text} --` });
		}
	}

	#text(text: string, trimsEnd: boolean): void {
		const trimsStart = this.#row.tags[this.#next - 1]?.trimsAfter ?? false;
		if (text !== "") this.parts.push({ kind: "text", text, trimsStart, trimsEnd });
	}
}

function dotAt(level: number, holds: Holds): Expression {
	return { kind: "way", root: { kind: "level", level, holds }, names: [] };
}

function declared<Kind extends Scope>(
	scope: Kind,
	names: readonly string[],
	values: readonly Expression[],
): Kind {
	const variables = new Map(scope.variables);
	for (const [index, name] of names.entries()) {
		const value = values[index];
		if (value !== undefined) variables.set(name, value);
	}
	return { ...scope, variables };
}

/** A block of its own for a secret. */
function withHead(value: Expression, position: Position): string {
	const call = secretCall(value);
	return call === undefined
		? `with ${inParentheses(condition(value), position)}`
		: spelledCall(call, position);
}

function secretCall(value: Expression): Call | undefined {
	if (value.kind !== "way" || value.names.length > 0 || value.root.kind !== "call") return undefined;
	return value.root.call.name === "secret" ? value.root.call : undefined;
}

/** As an argument; a call stands in parentheses. */
function inParentheses(value: Expression, position: Position): string {
	const isCall = value.kind === "way" && value.root.kind === "call";
	const text = spelled(value, position);
	return isCall ? `(${text})` : text;
}
