import { JsonNumber, type JsonValue } from "../kernel/mod.ts";
import type { Call, Expression } from "./ast.ts";
import { TemplateError } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { JsonText } from "./format/format.ts";
import { isObject, PENDING, type Result, type Scope, SecretScope } from "./scope.ts";

/** How a request is made. */
interface Asking {
	readonly scope: Scope;
	readonly kind: "read" | "list";
	readonly onAbsent: "throw" | "nothing";
}

type Parameters = Readonly<Record<string, JsonValue>>;

/** `secret "path" version=3`, `secret "path" name=value …`, `secrets "path"`. */
export function askFor(evaluation: Evaluation, call: Call, { scope, kind, onAbsent }: Asking): Result {
	const [path] = call.params;
	const name = kind === "read" ? "secret" : "secrets";
	if (path === undefined) throw misused(evaluation, call, `${name} takes a path`);
	const pairs = call.hash?.pairs ?? [];
	const version = pairs.find(({ key }) => key === "version")?.value;
	const pathResult = evaluation.evaluate(path, scope);
	const pinned = version && evaluation.evaluate(version, scope);
	const parameters = parametersOf(evaluation, call, scope);
	if (parameters === "pending" || pathResult.isPending || pinned?.isPending) return PENDING;
	const isWrite = Object.keys(parameters).length > 0;
	if (isWrite && kind === "list") throw misused(evaluation, call, "secrets takes a path alone");
	const words = {
		kind,
		path: pathResult.value,
		...(pinned && { version: pinned.value }),
		...(isWrite && { parameters }),
	};
	const place = { ...evaluation.place(call), expression: `{{${name} ${JSON.stringify(pathResult.value)}}}` };
	return evaluation.ask(words, place, onAbsent);
}

/**
 * `pkiCert "pki/issue/role" common_name="…"`: a certificate that is kept until nine tenths of its life have passed, by
 * consul-template's names. Each part ends with a newline, so that they can stand one after the other.
 */
export function pkiCert(evaluation: Evaluation, call: Call, scope: Scope): Result {
	const [path] = call.params;
	if (path === undefined) throw misused(evaluation, call, "pkiCert takes a path");
	const pathResult = evaluation.evaluate(path, scope);
	const parameters = parametersOf(evaluation, call, scope);
	if (parameters === "pending" || pathResult.isPending) return PENDING;
	if (Object.keys(parameters).length === 0)
		throw misused(evaluation, call, 'pkiCert takes what the certificate is for, such as common_name="…"');
	const expression = `{{pkiCert ${JSON.stringify(pathResult.value)}}}`;
	const place = { ...evaluation.place(call), expression };
	const answer = evaluation.ask({ kind: "read", path: pathResult.value, parameters }, place, "throw");
	if (!(answer.value instanceof SecretScope)) return answer;
	const { fields, path: from } = answer.value.secret;
	const chain = Array.isArray(fields["ca_chain"]) ? fields["ca_chain"].map(pem) : [];
	const [certificate, key, ca] = [fields["certificate"], fields["private_key"], fields["issuing_ca"]].map(
		pem,
	);
	if (certificate === undefined) {
		const advice = "give the path that issues certificates, such as pki/issue/role";
		throw TemplateError.value(place, `${from} gave no certificate`, advice);
	}
	const authority = ca ?? chain[0];
	return {
		value: {
			Cert: certificate,
			...(key !== undefined && { Key: key }),
			...(authority !== undefined && { CA: authority }),
			CAChain: chain,
		},
		from: { path: from },
	};
}

function pem(value: JsonValue | undefined): string | undefined {
	return typeof value === "string" && value !== "" ? `${value.trimEnd()}\n` : undefined;
}

/** Named ones, and those in quotes as Vault Agent has them: `"name=value"`. */
function parametersOf(evaluation: Evaluation, call: Call, scope: Scope): Parameters | "pending" {
	const [, ...texts] = call.params;
	const named = (call.hash?.pairs ?? []).filter(({ key }) => key !== "version");
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
	const named = (call.hash?.pairs ?? []).filter(({ key }) => key !== "version");
	const pairs: [string, JsonValue][] = [
		...call.params.slice(1).map((text): [string, JsonValue] => {
			const [, name = "", value = null] =
				text.type === "StringLiteral" ? (/^([^=]+)=(.*)$/s.exec(String(text.value)) ?? []) : [];
			return [name, value];
		}),
		...named.map(({ key, value }): [string, JsonValue] => [key, "value" in value ? value.value : null]),
	];
	return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

function pairOf(evaluation: Evaluation, text: Expression, scope: Scope): [string, Result] {
	const result = evaluation.evaluate(text, scope);
	if (result.isPending) return ["", result];
	const [, name, value] =
		typeof result.value === "string" ? (/^([^=]+)=(.*)$/s.exec(result.value) ?? []) : [];
	if (name !== undefined && value !== undefined) return [name, { value }];
	throw TemplateError.helper(
		evaluation.place(text),
		'what follows the path is name=value, or "name=value"',
		'write {{#secret "pki/issue/gw" common_name="gw.example"}}',
	);
}

function jsonOf(value: unknown): JsonValue | undefined {
	if (value instanceof JsonText) return value.source;
	const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
	if (isScalar || value instanceof JsonNumber) return value;
	return Array.isArray(value) || isObject(value) ? (value as JsonValue) : undefined;
}

function misused(evaluation: Evaluation, call: Call, reason: string): TemplateError {
	return TemplateError.helper(evaluation.place(call), reason, "see docs/templates.md for the helpers");
}
