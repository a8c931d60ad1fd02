import { GoTemplateError } from "./errors.ts";
import {
	type ChainNode,
	type CommandNode,
	type FieldNode,
	type Operand,
	type PipeNode,
	spelled,
	type VariableNode,
} from "./nodes.ts";
import { constantOf } from "./numbers.ts";
import { quoted } from "../printing/quote.ts";
import type { Token, TokenKind } from "./token.ts";
import type { TokenReader } from "./token-reader.ts";
import { ConstantFault, unquoted } from "./unquote.ts";

/** Which functions a template may call. */
export interface KnownFunctions {
	readonly names: ReadonlySet<string>;
	/** Names with the reason why not. */
	readonly refused: ReadonlyMap<string, string>;
}

/** Parentheses and blocks within each other; each takes a few calls of the program's own. */
export const DEEPEST = 250;

const OPERANDS: ReadonlySet<TokenKind> = new Set([
	"bool",
	"charConstant",
	"complex",
	"field",
	"identifier",
	"number",
	"rawString",
	"string",
	"variable",
	"leftParen",
]);

/** Operands that cannot be given anything by a pipe. */
const CONSTANTS: ReadonlySet<Operand["kind"]> = new Set(["bool", "dot", "nil", "number", "string"]);

/** Reads what stands in an action. */
export class PipelineParser {
	/** Variables that are known where the reader is. */
	readonly variables: string[] = ["$"];
	readonly #reader: TokenReader;
	readonly #functions: KnownFunctions;
	#depth = 0;

	constructor(reader: TokenReader, functions: KnownFunctions) {
		this.#reader = reader;
		this.#functions = functions;
	}

	pipeline(context: string, end: TokenKind = "rightDelimiter"): PipeNode {
		const { at } = this.#reader.peekNonSpace();
		const { variables, isAssignment } = this.#declarations(context);
		const commands: CommandNode[] = [];
		for (;;) {
			const token = this.#reader.nextNonSpace();
			if (token.kind === end) break;
			if (!isOperand(token)) this.#reader.unexpected(token, context);
			this.#reader.goBack(this.#reader.mark() - 1);
			commands.push(this.#command());
		}
		if (commands.length === 0) this.#reader.fail(`missing value for ${context}`);
		const constant = commands.findIndex(
			({ operands: [first] }, index) => index > 0 && CONSTANTS.has(first.kind),
		);
		if (constant > 0) this.#reader.fail(`non executable command in pipeline stage ${constant + 1}`);
		return { kind: "pipe", at, isAssignment, variables, commands };
	}

	/** A constant text. */
	text(token: Token): string {
		return this.#constant(() => unquoted(token.text));
	}

	/** `$x :=`, `$x =`, and of a range also `$i, $x :=`. */
	#declarations(context: string): { variables: readonly VariableNode[]; isAssignment: boolean } {
		const reader = this.#reader;
		const variables: VariableNode[] = [];
		for (;;) {
			const token = reader.peekNonSpace();
			if (token.kind !== "variable") return { variables, isAssignment: false };
			const before = reader.mark();
			reader.next();
			const next = reader.peekNonSpace();
			if (next.kind === "assign" || next.kind === "declare") {
				reader.next();
				variables.push(this.#declared(token));
				return { variables, isAssignment: next.kind === "assign" };
			}
			if (next.kind !== "char" || next.text !== ",") {
				reader.goBack(before);
				return { variables, isAssignment: false };
			}
			reader.next();
			variables.push(this.#declared(token));
			if (context !== "range" || variables.length > 1) reader.fail(`too many declarations in ${context}`);
			if (!["variable", "rightDelimiter", "rightParen"].includes(reader.peekNonSpace().kind)) {
				reader.fail("range can only initialize variables");
			}
		}
	}

	#declared({ at, text }: Token): VariableNode {
		this.variables.push(text);
		return { kind: "variable", at, names: [text] };
	}

	#command(): CommandNode {
		const { at } = this.#reader.peekNonSpace();
		const operands: Operand[] = [];
		for (;;) {
			this.#reader.peekNonSpace();
			const operand = this.#operand();
			if (operand !== undefined) operands.push(operand);
			const token = this.#reader.next();
			if (token.kind === "space") continue;
			if (token.kind === "rightDelimiter" || token.kind === "rightParen") {
				this.#reader.goBack(this.#reader.mark() - 1);
			} else if (token.kind !== "pipe") {
				this.#reader.unexpected(token, "operand");
			}
			break;
		}
		const [first, ...others] = operands;
		if (first === undefined) return this.#reader.fail("empty command");
		return { kind: "command", at, operands: [first, ...others] };
	}

	/** A term and the fields that are asked of it. */
	#operand(): Operand | undefined {
		const term = this.#term();
		const { kind, at } = this.#reader.peek();
		if (term === undefined || kind !== "field") return term;
		const names: string[] = [];
		while (this.#reader.peek().kind === "field") names.push(this.#reader.next().text.slice(1));
		if (CONSTANTS.has(term.kind)) this.#reader.fail(`unexpected . after term ${quoted(spelled(term))}`);
		if (term.kind === "field" || term.kind === "variable") {
			return { ...term, at, names: [...term.names, ...names] } satisfies FieldNode | VariableNode;
		}
		return { kind: "chain", at, of: term, names } satisfies ChainNode;
	}

	#term(): Operand | undefined {
		const token = this.#reader.nextNonSpace();
		const { at, text } = token;
		switch (token.kind) {
			case "identifier":
				this.#checkFunction(token);
				return { kind: "identifier", at, name: text };
			case "variable":
				if (!this.variables.includes(text)) this.#reader.fail(`undefined variable "${text}"`);
				return { kind: "variable", at, names: [text] };
			case "field":
				return { kind: "field", at, names: [text.slice(1)] };
			case "bool":
				return { kind: "bool", at, isTrue: text === "true" };
			case "number":
			case "charConstant":
			case "complex": {
				const { kind } = token;
				return { kind: "number", at, source: text, constant: this.#constant(() => constantOf(text, kind)) };
			}
			case "leftParen":
				return this.#parenthesized();
			case "string":
			case "rawString":
				return { kind: "string", at, source: text, text: this.text(token) };
			default:
				if (text === "." || text === "nil") return { kind: text === "." ? "dot" : "nil", at };
				this.#reader.goBack(this.#reader.mark() - 1);
				return undefined;
		}
	}

	#parenthesized(): PipeNode {
		if (this.#depth >= DEEPEST) this.#reader.fail("max expression depth exceeded");
		this.#depth++;
		const pipe = this.pipeline("parenthesized pipeline", "rightParen");
		this.#depth--;
		return pipe;
	}

	#checkFunction({ text, at }: Token): void {
		const { names, refused } = this.#functions;
		const reason = refused.get(text);
		const { source } = this.#reader;
		if (reason !== undefined) throw GoTemplateError.refusedFunction(source.place(at), text, reason);
		if (!names.has(text)) throw GoTemplateError.unknownFunction(source.place(at), text, names);
	}

	#constant<T>(read: () => T): T {
		try {
			return read();
		} catch (error) {
			if (!(error instanceof ConstantFault)) throw error;
			return this.#reader.fail(error.message);
		}
	}
}

function isOperand({ kind, text }: Token): boolean {
	return OPERANDS.has(kind) || (kind === "keyword" && (text === "." || text === "nil"));
}
