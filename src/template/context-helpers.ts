import type { Call, Expression } from "./ast.ts";
import { TemplateError } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { member, namesOf, PENDING, type Result, type Scope } from "./scope.ts";

/** A helper that sees the context, the secrets, or arguments that may be missing. */
type ContextHelper = (evaluation: Evaluation, call: Call, scope: Scope) => Result;

/** Codes of what `default` may step in for. */
const MISSING_CODES = new Set(["E_FIELD_MISSING", "E_ENV_MISSING"]);

const HELPERS: Readonly<Record<string, ContextHelper>> = {
	secret: (evaluation, call, scope) => askFor(evaluation, call, { scope, kind: "read", onAbsent: "throw" }),
	secrets: (evaluation, call, scope) => askFor(evaluation, call, { scope, kind: "list", onAbsent: "throw" }),
	pkiCert: (evaluation, call) => {
		throw notYet(evaluation, call, "pkiCert");
	},
	get: (evaluation, call, scope) => {
		const { holder, name } = holderAndName(evaluation, call, scope);
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
		const { holder, name } = holderAndName(evaluation, call, scope);
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
			throw wrongCount(evaluation, call, "raw takes one argument");
		return { ...evaluation.evaluate(only, scope), isRaw: true };
	},
};

/** Helpers about secrets, fields and what may be missing, by name. */
export const CONTEXT_HELPERS: ReadonlyMap<string, ContextHelper> = new Map(Object.entries(HELPERS));

/** `secret "path" version=3`, `secrets "path"`. */
export function askFor(
	evaluation: Evaluation,
	call: Call,
	how: { readonly scope: Scope; readonly kind: "read" | "list"; readonly onAbsent: "throw" | "nothing" },
): Result {
	const [path, ...others] = call.params;
	const name = how.kind === "read" ? "secret" : "secrets";
	const pairs = call.hash?.pairs ?? [];
	if (path === undefined) throw wrongCount(evaluation, call, `${name} takes a path`);
	if (others.length > 0 || pairs.some(({ key }) => key !== "version")) {
		throw notYet(evaluation, call, `${name} with parameters`);
	}
	const pathResult = evaluation.evaluate(path, how.scope);
	const [pinned] = pairs.map(({ value }) => evaluation.evaluate(value, how.scope));
	if (pathResult.isPending || pinned?.isPending) return PENDING;
	const words = { kind: how.kind, path: pathResult.value, ...(pinned && { version: pinned.value }) };
	const place = { ...evaluation.place(call), expression: `{{${name} ${JSON.stringify(pathResult.value)}}}` };
	return evaluation.ask(words, place, how.onAbsent);
}

function evaluateOrMissing(evaluation: Evaluation, expression: Expression, scope: Scope): Result | undefined {
	try {
		return evaluation.evaluate(expression, scope);
	} catch (error) {
		if (error instanceof TemplateError && MISSING_CODES.has(error.code)) return undefined;
		throw error;
	}
}

/** `get "name"` looks in the context, `get holder "name"` in the holder. */
function holderAndName(evaluation: Evaluation, call: Call, scope: Scope): { holder: Result; name: string } {
	const results = call.params.map((param) => evaluation.evaluate(param, scope));
	const name = results.at(-1);
	if (name === undefined || results.length > 2 || typeof name.value !== "string") {
		throw wrongCount(evaluation, call, "has and get take a field's name in quotes, or an object and a name");
	}
	const holder = results.length === 2 ? results[0] : scope.context;
	return { holder: holder ?? PENDING, name: name.value };
}

function takeTwo(evaluation: Evaluation, call: Call, name: string): readonly [Expression, Expression] {
	const [first, second] = call.params;
	if (first !== undefined && second !== undefined && call.params.length === 2) return [first, second];
	throw wrongCount(evaluation, call, `${name} takes two arguments, not ${call.params.length}`);
}

function wrongCount(evaluation: Evaluation, call: Call, reason: string): TemplateError {
	return TemplateError.helper(evaluation.place(call), reason, "see docs/templates.md for the helpers");
}

function notYet(evaluation: Evaluation, call: Call, what: string): TemplateError {
	return TemplateError.helper(
		evaluation.place(call),
		`${what} is not available in this version`,
		"read a KV secret instead",
	);
}
