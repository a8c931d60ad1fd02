import type { Block, Call, Expression, PathExpression, Program, Statement } from "./ast.ts";
import type { Place } from "./errors.ts";
import { expressionOf, simpleName } from "./names.ts";
import type { Origin, Piece } from "./format/format.ts";

/** Name of the child's private port in templates: `{{port}}` at the top, `{{@port}}` anywhere. */
export const PORT_NAME = "port";

/** The child's private port: its number is known only when a child is about to be started. */
export const PRIVATE_PORT = Symbol("the private port");

/** A place in a rendered text for the port, which is no secret. */
interface PortPiece {
	readonly kind: "port";
	readonly raw: boolean;
	readonly origin: Origin;
}

/** A piece of a rendered template whose port is still open. */
export type OpenPiece = Piece | PortPiece;

/** The pieces with this port in them. */
export function withPort(pieces: readonly OpenPiece[], port: number): readonly Piece[] {
	return pieces.map((piece) => {
		if (piece.kind !== "port") return piece;
		const { raw, origin } = piece;
		return { kind: "value", value: port, raw, origin };
	});
}

/** Whether the text is another for each port. */
export function holdsPort(pieces: readonly OpenPiece[]): boolean {
	return pieces.some(({ kind }) => kind === "port");
}

/**
 * Where a template asks for the port, as far as that can be told without rendering it.
 *
 * @param isOverSecret a secret's fields stand at the top, so that a bare `port` is one of them
 */
export function portPlaces(program: Program, file: string, isOverSecret: boolean): readonly Place[] {
	return [...pathsIn(program, !isOverSecret)]
		.filter(({ path, isAtTop }) => isPort(path, isAtTop))
		.map(({ path }) => {
			const { line, column } = path.loc.start;
			return {
				file,
				line,
				column: column + 1,
				expression: `{{${expressionOf({ ...path, path, params: [] })}}}`,
			};
		});
}

function isPort({ data, depth, parts }: PathExpression, isAtTop: boolean): boolean {
	if (parts.length !== 1 || parts[0] !== PORT_NAME) return false;
	return data || (isAtTop && depth === 0);
}

interface FoundPath {
	readonly path: PathExpression;
	/** No block has put something else in the place of the top. */
	readonly isAtTop: boolean;
}

function* pathsIn(program: Program | null | undefined, isAtTop: boolean): Generator<FoundPath> {
	for (const statement of program?.body ?? []) yield* pathsOf(statement, isAtTop);
}

/** Blocks that look at something and stay where they are. */
const CONDITIONS: ReadonlySet<string> = new Set(["if", "unless"]);

function* pathsOf(statement: Statement, isAtTop: boolean): Generator<FoundPath> {
	if (statement.type === "MustacheStatement") yield* pathsOfCall(statement, isAtTop);
	if (statement.type !== "BlockStatement") return;
	const block: Block = statement;
	yield* pathsOfCall(block, isAtTop);
	yield* pathsIn(block.program, isAtTop && CONDITIONS.has(simpleName(block.path) ?? ""));
	yield* pathsIn(block.inverse, isAtTop);
}

/** A name with arguments is a helper's. */
function* pathsOfCall({ path, params, hash }: Call, isAtTop: boolean): Generator<FoundPath> {
	const given: readonly Expression[] = [...params, ...(hash?.pairs.map(({ value }) => value) ?? [])];
	if (given.length === 0 && path.type === "PathExpression") yield { path, isAtTop };
	for (const expression of given) {
		if (expression.type === "PathExpression") yield { path: expression, isAtTop };
		if (expression.type === "SubExpression") yield* pathsOfCall(expression, isAtTop);
	}
}
