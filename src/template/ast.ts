/** The part of Handlebars' syntax tree that templates here can have. */
export interface Position {
	/** 1-based. */
	readonly line: number;
	/** 0-based. */
	readonly column: number;
}

interface Node {
	readonly loc: { readonly start: Position };
}

export interface Program {
	readonly body: readonly Statement[];
	readonly blockParams?: readonly string[];
}

export type Statement = Content | Comment | Mustache | Block | Unsupported;

export interface Content extends Node {
	readonly type: "ContentStatement";
	readonly value: string;
}

export interface Comment extends Node {
	readonly type: "CommentStatement";
}

export interface Mustache extends Node, Call {
	readonly type: "MustacheStatement";
}

export interface Block extends Node, Call {
	readonly type: "BlockStatement";
	readonly program?: Program | null;
	readonly inverse?: Program | null;
}

/** Partials and decorators: parts of Handlebars that have no place in a secret's template. */
interface Unsupported extends Node {
	readonly type: "PartialStatement" | "PartialBlockStatement" | "Decorator" | "DecoratorBlock";
}

/** `key=value` among the arguments of a call. */
export interface Pair {
	readonly key: string;
	readonly value: Expression;
}

/** A name with arguments; whether it is a helper or a field is decided where it is used. */
export interface Call extends Node {
	readonly path: Expression;
	readonly params: readonly Expression[];
	readonly hash?: { readonly pairs: readonly Pair[] };
}

export interface SubExpression extends Call {
	readonly type: "SubExpression";
}

export interface PathExpression extends Node {
	readonly type: "PathExpression";
	/** Written with `@`. */
	readonly data: boolean;
	/** Number of `../`. */
	readonly depth: number;
	readonly parts: readonly string[];
	readonly original: string;
}

interface Literal extends Node {
	readonly type: "StringLiteral" | "NumberLiteral" | "BooleanLiteral";
	readonly value: string | number | boolean;
}

interface Nothing extends Node {
	readonly type: "UndefinedLiteral" | "NullLiteral";
}

export type Expression = SubExpression | PathExpression | Literal | Nothing;
