import { JsonNumber, type JsonValue } from "../kernel/mod.ts";
import type { Call, Expression, Pair } from "./ast.ts";
import { TemplateError } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { JsonText } from "./format/format.ts";
import type { TemplateRequest } from "./inputs.ts";
import { isObject, type Result, type Scope } from "./scope.ts";

type Parameters = NonNullable<TemplateRequest["parameters"]>;

/** The arguments of a call that makes a request: `secret "path" version=3`, `secret "path" a=1 "b=2"`. */
interface RequestArguments {
	readonly path: Expression | undefined;
	readonly version: Expression | undefined;
	readonly named: readonly Pair[];
	/** In quotes, as Vault Agent has them: `"name=value"`. */
	readonly texts: readonly Expression[];
}

export function requestArguments({ params, hash }: Call): RequestArguments {
	const [path, ...texts] = params;
	const pairs = hash?.pairs ?? [];
	const version = pairs.find(({ key }) => key === "version")?.value;
	return { path, version, named: pairs.filter(({ key }) => key !== "version"), texts };
}

/** The parameters of a call; empty for one that reads. */
export function parametersOf(evaluation: Evaluation, call: Call, scope: Scope): Parameters | "pending" {
	const { named, texts } = requestArguments(call);
	const given: [string, Result][] = [
		...texts.map((text) => pairOf(evaluation, text, scope)),
		...named.map(({ key, value }): [string, Result] => [key, evaluation.evaluate(value, scope)]),
	];
	if (given.some(([, { isPending }]) => isPending)) return "pending";
	const parameters: Record<string, JsonValue> = Object.create(null);
	for (const [name, { value }] of given) {
		if (name in parameters) throw misused(evaluation, call, `the parameter ${name} is given twice`);
		const json = jsonOf(value);
		if (json === undefined)
			throw misused(evaluation, call, `the parameter ${name} has no value that can be sent`);
		parameters[name] = json;
	}
	return { ...parameters };
}

/** What can be told of the parameters without rendering; `undefined` when there are none. */
export function literalParameters(call: Call): Parameters | undefined {
	const { named, texts } = requestArguments(call);
	const pairs: [string, JsonValue][] = [
		...texts.map((text): [string, JsonValue] => {
			const [name = "", value = null] = text.type === "StringLiteral" ? splitPair(text.value) : [];
			return [name, value];
		}),
		...named.map(({ key, value }): [string, JsonValue] => [key, "value" in value ? value.value : null]),
	];
	return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** A helper that was called in a way that it does not know. */
export function misused(evaluation: Evaluation, call: Call, reason: string): TemplateError {
	return TemplateError.helper(evaluation.place(call), reason, "see docs/templates.md for the helpers");
}

function pairOf(evaluation: Evaluation, text: Expression, scope: Scope): [string, Result] {
	const result = evaluation.evaluate(text, scope);
	if (result.isPending) return ["", result];
	const [name, value] = splitPair(result.value);
	if (name !== undefined && value !== undefined) return [name, { value }];
	throw TemplateError.helper(
		evaluation.place(text),
		'what follows the path is name=value, or "name=value"',
		'write {{#secret "pki/issue/gw" common_name="gw.example"}}',
	);
}

/** Name and value of `name=value`; nothing for what is not so. */
function splitPair(value: unknown): readonly (string | undefined)[] {
	const [, ...pair] = typeof value === "string" ? (/^([^=]+)=(.*)$/s.exec(value) ?? []) : [];
	return pair;
}

function jsonOf(value: unknown): JsonValue | undefined {
	if (value instanceof JsonText) return value.source;
	const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
	if (isScalar || value instanceof JsonNumber) return value;
	return Array.isArray(value) || isObject(value) ? (value as JsonValue) : undefined;
}
