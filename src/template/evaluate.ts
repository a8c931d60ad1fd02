import { requestOf, type RequestWords } from "./request.ts";
import type { Call, Expression, Mustache, PathExpression, Position, Program, Statement } from "./ast.ts";
import { runBlock } from "./blocks.ts";
import { CONTEXT_HELPERS } from "./context-helpers.ts";
import { type Place, TemplateError } from "./errors.ts";
import { expressionOf, simpleName } from "./names.ts";
import { MissingFault, PURE_HELPERS } from "./helpers.ts";
import type { TemplateInputs, TemplateRequest } from "./inputs.ts";
import { outputPiece } from "./output.ts";
import { type OpenPiece, PRIVATE_PORT } from "./port.ts";
import { HelperFault } from "./text-bound.ts";
import { member, namesOf, PENDING, type Provenance, type Result, type Scope, SecretScope } from "./scope.ts";

/** What one template, or one expression of the config, is called and allowed. */
export interface EvaluationOptions {
	/** Template file, for messages. */
	readonly file: string;
	/** Let empty values through. */
	readonly allowEmpty: boolean;
	/** Folders below which files are read; everywhere where there are none. */
	readonly fileRoots?: readonly string[];
	/** A secret's fields stand at the top. Default false. */
	readonly isOverSecret?: boolean;
}

/** Steps of one pass. A list may be as long as a secret is large, and be walked once for each item of another. */
const MOST_STEPS = 1_000_000;

/** One pass over one template: collects the pieces, and the requests that it made. */
export class Evaluation {
	readonly pieces: OpenPiece[] = [];
	/** Every request made, by what it asks for. */
	readonly requests: TemplateRequest[] = [];
	/** Those of them that have not been read yet. */
	readonly missing: TemplateRequest[] = [];
	readonly inputs: TemplateInputs;
	#steps = 0;
	readonly #options: EvaluationOptions;

	constructor(inputs: TemplateInputs, options: EvaluationOptions) {
		this.inputs = inputs;
		this.#options = options;
	}

	run(program: Program | null | undefined, scope: Scope): void {
		for (const statement of program?.body ?? []) this.#statement(statement, scope);
	}

	/** Counts what is done once more, an item of a list as well. @throws TemplateError when there is no end of it */
	step(node: { readonly loc: { readonly start: Position } }): void {
		if (++this.#steps <= MOST_STEPS) return;
		const advice = "walk a shorter list, or not one list within another";
		throw TemplateError.value(this.place(node), "this has been repeated without end", advice);
	}

	#statement(statement: Statement, scope: Scope): void {
		this.step(statement);
		switch (statement.type) {
			case "ContentStatement":
				this.pieces.push({ kind: "text", text: statement.value });
				return;
			case "CommentStatement":
				return;
			case "MustacheStatement":
				this.#output(statement, scope);
				return;
			case "BlockStatement":
				runBlock(this, statement, scope);
				return;
			default:
				throw TemplateError.helper(
					this.place(statement),
					"partials and decorators are not part of these templates",
					"write the text in place",
				);
		}
	}

	#output(statement: Mustache, scope: Scope): void {
		const result = this.call(statement, scope);
		if (result.isPending) return;
		const place = { ...this.place(statement), expression: `{{${expressionOf(statement)}}}` };
		this.pieces.push(outputPiece(result, place, this.#options.allowEmpty));
	}

	/** A name, with or without arguments: a field where there is one, a helper otherwise. */
	call(call: Call, scope: Scope, isParenthesised = false): Result {
		const name = simpleName(call.path);
		const hasArguments = call.params.length > 0 || (call.hash?.pairs.length ?? 0) > 0;
		if (name !== undefined && (hasArguments || isParenthesised)) return this.#helper(name, call, scope);
		if (call.path.type !== "PathExpression") return this.evaluate(call.path, scope);
		if (hasArguments) {
			throw TemplateError.unknownHelper(this.place(call), call.path.original, helperNames());
		}
		return this.#fieldOrHelper(call.path, call, scope);
	}

	evaluate(expression: Expression, scope: Scope): Result {
		switch (expression.type) {
			case "PathExpression":
				return this.#fieldOrHelper(expression, undefined, scope);
			case "SubExpression":
				return this.call(expression, scope, true);
			case "UndefinedLiteral":
			case "NullLiteral":
				return { value: null };
			default:
				return { value: expression.value };
		}
	}

	/** A bare name is a field, also where a helper has that name. */
	#fieldOrHelper(path: PathExpression, call: Call | undefined, scope: Scope): Result {
		const found = this.#resolve(path, scope);
		if (found.result !== undefined) return found.result;
		const name = simpleName(path);
		if (name !== undefined && PURE_HELPERS.get(name)?.arity[0] === 0) {
			return this.#helper(name, call ?? { ...path, path, params: [] }, scope);
		}
		const place = { ...this.place(call ?? path), expression: `{{${path.original}}}` };
		const { holder } = found;
		throw TemplateError.fieldMissing(place, found.name, {
			names: namesOf(holder.value),
			...(holder.from && { path: holder.from.path }),
			...(holder.from?.version !== undefined && { version: holder.from.version }),
		});
	}

	#resolve(path: PathExpression, scope: Scope): { result?: Result; name: string; holder: Result } {
		let from = scope;
		for (let up = 0; up < path.depth; up++) from = from.parent ?? from;
		let holder = from.context;
		let parts = path.parts;
		const [first = ""] = parts;
		if (path.data) {
			const known = first === "root" ? rootOf(scope).context : scope.data.get(first);
			if (known === undefined) {
				const names = Object.fromEntries([...scope.data].map(([name]) => [`@${name}`, ""]));
				return { name: `@${first}`, holder: { value: names } };
			}
			[holder, parts] = [known, parts.slice(1)];
		} else if (path.depth === 0 && scope.blockParams.has(first) && !/^(this\b|\.)/.test(path.original)) {
			[holder, parts] = [scope.blockParams.get(first) ?? PENDING, parts.slice(1)];
		}
		for (const part of parts) {
			if (holder.isPending) return { result: PENDING, name: part, holder };
			const next = member(holder, part);
			if (next === undefined) return { name: part, holder };
			holder = next;
		}
		return { result: holder, name: first, holder };
	}

	#helper(name: string, call: Call, scope: Scope): Result {
		const contextual = CONTEXT_HELPERS.get(name);
		if (contextual !== undefined) return contextual(this, call, scope);
		const pure = PURE_HELPERS.get(name);
		if (pure === undefined) throw TemplateError.unknownHelper(this.place(call), name, helperNames());
		const results = call.params.map((param) => this.evaluate(param, scope));
		if (results.some((result) => result.isPending)) return PENDING;
		const place = { ...this.place(call), expression: `{{${expressionOf(call)}}}` };
		this.#checkArity(name, call, pure.arity);
		if (results.some(({ value }) => value === PRIVATE_PORT)) throw TemplateError.portUnknown(place, name);
		try {
			const surroundings = { inputs: this.inputs, fileRoots: this.#options.fileRoots ?? [] };
			const value = pure.run(
				results.map((result) => result.value),
				surroundings,
			);
			const from = commonProvenance(results);
			return { value, ...(from && { from }) };
		} catch (error) {
			if (error instanceof MissingFault) throw TemplateError.envMissing(place, `${name} ${error.message}`);
			if (!(error instanceof HelperFault)) throw error;
			throw TemplateError.value(place, `${name} ${error.message}`, "see docs/templates.md for what it takes");
		}
	}

	#checkArity(name: string, call: Call, [fewest, most]: readonly [number, number]): void {
		const count = call.params.length;
		if (count >= fewest && count <= most && (call.hash?.pairs.length ?? 0) === 0) return;
		const wanted = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
		throw TemplateError.helper(
			this.place(call),
			`${name} takes ${wanted} arguments, not ${count}`,
			"see docs/templates.md for the helpers",
		);
	}

	/** Asks for a secret; a pending one is noted, so that the caller can read it and come back. */
	ask(words: RequestWords, place: Place, onAbsent: "throw" | "nothing"): Result {
		const request = requestOf(words, place);
		this.requests.push(request);
		const found = this.inputs.lookup(request);
		switch (found.kind) {
			case "pending":
				this.missing.push(request);
				return PENDING;
			case "failed":
				throw found.error;
			case "absent":
				if (onAbsent === "throw") throw TemplateError.absent(place, { ...found, ...pinnedOf(request) });
				return { value: undefined };
			case "names":
				return { value: found.names, from: { path: request.path } };
			case "secret": {
				const { secret } = found;
				const version = secret.version === undefined ? {} : { version: secret.version };
				return { value: new SecretScope(secret), from: { path: secret.path, ...version } };
			}
			default:
				return found satisfies never;
		}
	}

	place(node: { readonly loc: { readonly start: Position } }): Place & { line: number; column: number } {
		return { file: this.#options.file, line: node.loc.start.line, column: node.loc.start.column + 1 };
	}
}

/** Every helper there is, for "did you mean". */
export function helperNames(): string[] {
	return [...CONTEXT_HELPERS.keys(), ...PURE_HELPERS.keys(), "if", "unless", "each", "with"];
}

function rootOf(scope: Scope): Scope {
	let root = scope;
	while (root.parent !== undefined) root = root.parent;
	return root;
}

/** Where a derived value came from, when all its secret parts came from one place. */
function commonProvenance(results: readonly Result[]): Provenance | undefined {
	const sources = results.flatMap(({ from }) => from ?? []);
	const [first] = sources;
	return sources.every((source) => source.path === first?.path && source.field === first.field)
		? first
		: undefined;
}

function pinnedOf({ version }: TemplateRequest): { readonly pinned?: number } {
	return version === undefined ? {} : { pinned: version };
}
