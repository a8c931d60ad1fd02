import type { Block } from "./ast.ts";
import { CONTEXT_HELPERS, evaluateUnlessVersionMissing } from "./context-helpers.ts";
import { TemplateError } from "./errors.ts";
import { type Evaluation, helperNames } from "./evaluate.ts";
import { PURE_HELPERS } from "./helpers.ts";
import { expressionOf, simpleName } from "./names.ts";
import { askFor } from "./secret-helpers.ts";
import { isObject, isTruthy, member, namesOf, type Result, type Scope, SecretScope } from "./scope.ts";

/** Runs a block statement: `secret`, `if`, `unless`, `each`, `with`, or a field used as a section. */
export function runBlock(evaluation: Evaluation, block: Block, scope: Scope): void {
	const name = simpleName(block.path);
	switch (name) {
		case "secret": {
			// With an {{else}} the author says what to do when there is no such secret.
			const onAbsent = block.inverse ? "nothing" : "throw";
			enter(evaluation, block, {
				scope,
				subject: askFor(evaluation, block, { scope, kind: "read", onAbsent }),
			});
			return;
		}
		case "if":
		case "unless": {
			const condition = argument(evaluation, block, scope);
			if (condition.isPending) return;
			const isMet = isTruthy(condition.value) === (name === "if");
			evaluation.run(isMet ? block.program : block.inverse, scope);
			return;
		}
		case "with":
			enter(evaluation, block, { scope, subject: argument(evaluation, block, scope) });
			return;
		case "each":
			each(evaluation, block, { scope, subject: argument(evaluation, block, scope) });
			return;
		default:
			section(evaluation, block, scope);
	}
}

/** `{{#name}}…{{/name}}`: a list is walked, an object entered, anything else is a condition. */
function section(evaluation: Evaluation, block: Block, scope: Scope): void {
	const name = simpleName(block.path);
	if (block.params.length > 0 || (block.hash?.pairs.length ?? 0) > 0) {
		if (name !== undefined && (PURE_HELPERS.has(name) || CONTEXT_HELPERS.has(name))) {
			throw TemplateError.helper(
				evaluation.place(block),
				`${name} is no block`,
				`write {{#if (${expressionOf(block)})}} or {{#with (${expressionOf(block)})}}`,
			);
		}
		throw TemplateError.unknownHelper(evaluation.place(block), name ?? expressionOf(block), helperNames());
	}
	const subject = evaluation.evaluate(block.path, scope);
	if (Array.isArray(subject.value)) each(evaluation, block, { scope, subject });
	else if (isObject(subject.value) || subject.value instanceof SecretScope) {
		enter(evaluation, block, { scope, subject });
	} else if (!subject.isPending) {
		evaluation.run(isTruthy(subject.value) ? block.program : block.inverse, scope);
	}
}

interface Subject {
	readonly scope: Scope;
	readonly subject: Result;
}

/** Runs the body with the subject as its context. */
function enter(evaluation: Evaluation, block: Block, { scope, subject }: Subject): void {
	if (subject.isPending) return;
	if (!isTruthy(subject.value)) {
		evaluation.run(block.inverse, scope);
		return;
	}
	evaluation.run(
		block.program,
		nested(scope, subject, { names: block.program?.blockParams, values: [subject] }),
	);
}

function each(evaluation: Evaluation, block: Block, { scope, subject }: Subject): void {
	if (subject.isPending) return;
	const keys = Array.isArray(subject.value) ? subject.value.map((_, index) => index) : namesOf(subject.value);
	if (keys.length === 0) evaluation.run(block.inverse, scope);
	for (const [index, key] of keys.entries()) {
		evaluation.step(block);
		const item = member(subject, String(key)) ?? { value: undefined };
		const from = subject.from && (typeof key === "string" ? { ...subject.from, field: key } : subject.from);
		const keyResult: Result = { value: key, ...(from && { from }) };
		const inner = nested(scope, item, { names: block.program?.blockParams, values: [item, keyResult] });
		const data = new Map([
			...inner.data,
			["index", { value: index }],
			["key", keyResult],
			["first", { value: index === 0 }],
			["last", { value: index === keys.length - 1 }],
		]);
		evaluation.run(block.program, { ...inner, data });
	}
}

interface Names {
	readonly names: readonly string[] | undefined;
	readonly values: readonly Result[];
}

function nested(scope: Scope, context: Result, { names, values }: Names): Scope {
	const params = new Map(scope.blockParams);
	for (const [index, name] of (names ?? []).entries()) {
		const value = values[index];
		if (value !== undefined) params.set(name, value);
	}
	return { context, data: dataOf(scope, context), blockParams: params, parent: scope };
}

/** Inside a secret, `@version` and `@path` speak of it. */
function dataOf(scope: Scope, { value }: Result): ReadonlyMap<string, Result> {
	if (!(value instanceof SecretScope)) return scope.data;
	const { path, version } = value.secret;
	const data = new Map(scope.data).set("path", { value: path });
	data.delete("version");
	return version === undefined ? data : data.set("version", { value: version });
}

/** The argument of `if`, `unless`, `with` and `each`. */
function argument(evaluation: Evaluation, block: Block, scope: Scope): Result {
	const [only, ...others] = block.params;
	if (only !== undefined && others.length === 0) return evaluateUnlessVersionMissing(evaluation, only, scope);
	throw TemplateError.helper(
		evaluation.place(block),
		`${expressionOf(block)} takes one argument`,
		"put an expression in parentheses: {{#if (eq a b)}}",
	);
}
