import type { Call, Expression } from "./ast.ts";
import { TemplateError } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { misused } from "./parameters.ts";
import { askFor, pkiCert } from "./secret-helpers.ts";
import { member, namesOf, PENDING, type Result, type Scope } from "./scope.ts";

/** A helper that sees the context, the secrets, or arguments that may be missing. */
type ContextHelper = (evaluation: Evaluation, call: Call, scope: Scope) => Result;

/** There is no version before the current one, or no longer: to be expected of a secret that is new. */
const VERSION_MISSING: ReadonlySet<string> = new Set(["E_VERSION_MISSING"]);

/** Codes of what `default` may step in for. */
const MISSING: ReadonlySet<string> = new Set(["E_FIELD_MISSING", "E_ENV_MISSING", ...VERSION_MISSING]);

const HELPERS: Readonly<Record<string, ContextHelper>> = {
	secret: (evaluation, call, scope) => askFor(evaluation, call, { scope, kind: "read", onAbsent: "throw" }),
	secrets: (evaluation, call, scope) => askFor(evaluation, call, { scope, kind: "list", onAbsent: "throw" }),
	pkiCert,
	get: (evaluation, call, scope) => {
		const { holder, name } = holderAndName(evaluation, call, {
			context: scope.context,
			results: call.params.map((param) => evaluation.evaluate(param, scope)),
		});
		if (holder.isPending) return PENDING;
		const found = member(holder, name);
		if (found !== undefined) return found;
		throw TemplateError.fieldMissing(evaluation.place(call), name, {
			names: namesOf(holder.value),
			...(holder.from && { path: holder.from.path }),
			...(holder.from?.version !== undefined && { version: holder.from.version }),
		});
	},
	has: (evaluation, call, scope) => {
		const { holder, name } = holderAndName(evaluation, call, {
			context: scope.context,
			results: call.params.map((param) => evaluateUnlessVersionMissing(evaluation, param, scope)),
		});
		return holder.isPending ? PENDING : { value: (member(holder, name)?.value ?? null) !== null };
	},
	lookup: (evaluation, call, scope) => {
		const [holder, key] = takeTwo(evaluation, call, "lookup");
		const of = evaluation.evaluate(holder, scope);
		const name = evaluation.evaluate(key, scope);
		if (of.isPending || name.isPending) return PENDING;
		const found = member(of, String(name.value));
		if (found !== undefined) return found;
		throw TemplateError.fieldMissing(evaluation.place(call), String(name.value), {
			names: namesOf(of.value),
		});
	},
	default: (evaluation, call, scope) => {
		const [wanted, fallback] = takeTwo(evaluation, call, "default");
		const result = evaluateOrMissing(evaluation, wanted, scope);
		if (result?.isPending) return PENDING;
		const isThere = result !== undefined && result.value !== "" && (result.value ?? null) !== null;
		return isThere ? result : { ...evaluation.evaluate(fallback, scope), mayBeEmpty: true };
	},
	required: (evaluation, call, scope) => {
		const [wanted, message] = takeTwo(evaluation, call, "required");
		const result = evaluateOrMissing(evaluation, wanted, scope);
		if (result?.isPending) return PENDING;
		if (result !== undefined && result.value !== "" && (result.value ?? null) !== null) return result;
		const words = evaluation.evaluate(message, scope).value;
		throw TemplateError.value(evaluation.place(call), String(words), "write the value in Vault");
	},
	raw: (evaluation, call, scope) => {
		const [only] = call.params;
		if (only === undefined || call.params.length > 1)
			throw misused(evaluation, call, "raw takes one argument");
		return { ...evaluation.evaluate(only, scope), isRaw: true };
	},
};

/** Helpers about secrets, fields and what may be missing, by name. */
export const CONTEXT_HELPERS: ReadonlyMap<string, ContextHelper> = new Map(Object.entries(HELPERS));

function evaluateOrMissing(evaluation: Evaluation, expression: Expression, scope: Scope): Result | undefined {
	return unless(MISSING, () => evaluation.evaluate(expression, scope));
}

/** The expression's result; nothing for an old version that is not there, so that it can be asked for in a condition. */
export function evaluateUnlessVersionMissing(
	evaluation: Evaluation,
	expression: Expression,
	scope: Scope,
): Result {
	return unless(VERSION_MISSING, () => evaluation.evaluate(expression, scope)) ?? { value: undefined };
}

function unless<T>(codes: ReadonlySet<string>, evaluate: () => T): T | undefined {
	try {
		return evaluate();
	} catch (error) {
		if (error instanceof TemplateError && codes.has(error.code)) return undefined;
		throw error;
	}
}

/** Where `get` and `has` look, and their arguments. */
interface Looked {
	readonly context: Result;
	readonly results: readonly Result[];
}

/** `get "name"` looks in the context, `get holder "name"` in the holder. */
function holderAndName(evaluation: Evaluation, call: Call, { context, results }: Looked) {
	const name = results.at(-1);
	if (name === undefined || results.length > 2 || typeof name.value !== "string") {
		throw misused(evaluation, call, "has and get take a field's name in quotes, or an object and a name");
	}
	const holder = results.length === 2 ? results[0] : context;
	return { holder: holder ?? PENDING, name: name.value };
}

function takeTwo(evaluation: Evaluation, call: Call, name: string): readonly [Expression, Expression] {
	const [first, second] = call.params;
	if (first !== undefined && second !== undefined && call.params.length === 2) return [first, second];
	throw misused(evaluation, call, `${name} takes two arguments, not ${call.params.length}`);
}
