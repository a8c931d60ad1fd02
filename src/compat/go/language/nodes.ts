import type { Constant } from "./numbers.ts";
import { quoted } from "../printing/quote.ts";

/** Where a node begins, in UTF-16 units of the template's text; for a chain of fields, as in Go, its second part. */
interface Placed {
	readonly at: number;
}

export interface FieldNode extends Placed {
	readonly kind: "field";
	readonly names: readonly string[];
}

/** `(pipeline).Field` and `function.Field` */
export interface ChainNode extends Placed {
	readonly kind: "chain";
	readonly of: Operand;
	readonly names: readonly string[];
}

/** The name of a function. */
export interface IdentifierNode extends Placed {
	readonly kind: "identifier";
	readonly name: string;
}

/** `$x.Field`: the first name is the variable's, with its dollar. */
export interface VariableNode extends Placed {
	readonly kind: "variable";
	readonly names: readonly string[];
}

export interface NumberNode extends Placed {
	readonly kind: "number";
	readonly source: string;
	readonly constant: Constant;
}

export interface StringNode extends Placed {
	readonly kind: "string";
	readonly source: string;
	readonly text: string;
}

/** What a command is made of. */
export type Operand =
	| FieldNode
	| ChainNode
	| IdentifierNode
	| VariableNode
	| NumberNode
	| StringNode
	| PipeNode
	| (Placed & { readonly kind: "dot" })
	| (Placed & { readonly kind: "nil" })
	| (Placed & { readonly kind: "bool"; readonly isTrue: boolean });

export interface CommandNode extends Placed {
	readonly kind: "command";
	readonly operands: readonly [Operand, ...Operand[]];
}

export interface PipeNode extends Placed {
	readonly kind: "pipe";
	/** The variables are assigned, not declared. */
	readonly isAssignment: boolean;
	readonly variables: readonly VariableNode[];
	readonly commands: readonly CommandNode[];
}

export interface ActionNode extends Placed {
	readonly kind: "action";
	readonly pipe: PipeNode;
}

export interface BranchNode extends Placed {
	readonly kind: "if" | "with" | "range";
	readonly pipe: PipeNode;
	readonly body: List;
	readonly otherwise?: List;
}

export interface TemplateNode extends Placed {
	readonly kind: "template";
	readonly name: string;
	readonly pipe?: PipeNode;
}

/** What a template's text is made of. */
export type Statement =
	| (Placed & { readonly kind: "text"; readonly text: string })
	| ActionNode
	| BranchNode
	| TemplateNode
	| (Placed & { readonly kind: "break" })
	| (Placed & { readonly kind: "continue" });

export type List = readonly Statement[];

/** Whatever an error can be at. */
export type Node = Exclude<Statement, { kind: "text" }> | CommandNode | Operand;

/** A node as Go writes it in its errors: from its parts, so that blanks and trim markers are not as in the source. */
export function spelled(node: Node): string {
	switch (node.kind) {
		case "field":
			return node.names.map((name) => `.${name}`).join("");
		case "chain":
			return `${spelledOperand(node.of)}${node.names.map((name) => `.${name}`).join("")}`;
		case "identifier":
			return node.name;
		case "variable":
			return node.names.join(".");
		case "number":
		case "string":
			return node.source;
		case "dot":
			return ".";
		case "bool":
			return String(node.isTrue);
		case "nil":
			return "nil";
		case "command":
			return node.operands.map(spelledOperand).join(" ");
		case "pipe":
			return spelledPipe(node);
		default:
			return spelledStatement(node);
	}
}

function spelledOperand(node: Operand): string {
	return node.kind === "pipe" ? `(${spelledPipe(node)})` : spelled(node);
}

function spelledPipe({ variables, isAssignment, commands }: PipeNode): string {
	const names = variables.map(({ names: [name] }) => name).join(", ");
	const declared = variables.length === 0 ? "" : `${names} ${isAssignment ? "=" : ":="} `;
	return `${declared}${commands.map(spelled).join(" | ")}`;
}

/** Of a block its head alone: Go writes the whole of it, which nobody wants to read in an error. */
function spelledStatement(node: Exclude<Statement, { kind: "text" }>): string {
	switch (node.kind) {
		case "action":
			return `{{${spelledPipe(node.pipe)}}}`;
		case "template":
			return `{{template ${quoted(node.name)}${node.pipe === undefined ? "" : ` ${spelledPipe(node.pipe)}`}}}`;
		case "break":
		case "continue":
			return `{{${node.kind}}}`;
		default:
			return `{{${node.kind} ${spelledPipe(node.pipe)}}}`;
	}
}
