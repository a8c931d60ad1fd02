import type { JsonValue } from "../kernel/mod.ts";
import type { Call } from "./ast.ts";
import { TemplateError } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { expressionOf } from "./names.ts";
import { misused, parametersOf, requestArguments } from "./parameters.ts";
import { isWritable } from "./request.ts";
import { PENDING, type Result, type Scope, SecretScope } from "./scope.ts";

/** How a request is made. */
interface Asking {
	readonly scope: Scope;
	readonly kind: "read" | "list";
	readonly onAbsent: "throw" | "nothing";
}

/** `secret "path" version=3`, `secret "path" name=value …`, `secrets "path"`. */
export function askFor(evaluation: Evaluation, call: Call, { scope, kind, onAbsent }: Asking): Result {
	const { path, version } = requestArguments(call);
	const name = kind === "read" ? "secret" : "secrets";
	if (path === undefined) throw misused(evaluation, call, `${name} takes a path`);
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
	const place = { ...evaluation.place(call), expression: requested(name, pathResult, call) };
	return evaluation.ask(words, place, onAbsent);
}

/**
 * `pkiCert "pki/issue/role" common_name="…"`: a certificate that is kept until nine tenths of its life have passed, by
 * consul-template's names. Each part ends with a newline, so that they can stand one after the other.
 */
export function pkiCert(evaluation: Evaluation, call: Call, scope: Scope): Result {
	const { path } = requestArguments(call);
	if (path === undefined) throw misused(evaluation, call, "pkiCert takes a path");
	const pathResult = evaluation.evaluate(path, scope);
	const parameters = parametersOf(evaluation, call, scope);
	if (parameters === "pending" || pathResult.isPending) return PENDING;
	if (Object.keys(parameters).length === 0)
		throw misused(evaluation, call, 'pkiCert takes what the certificate is for, such as common_name="…"');
	const place = { ...evaluation.place(call), expression: requested("pkiCert", pathResult, call) };
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

/** The request with its path; with the expression that computed it, where that has made something else. */
function requested(name: string, { value }: Result, call: Call): string {
	const isPath = typeof value === "string" && isWritable(value);
	return `{{${isPath ? `${name} ${JSON.stringify(value)}` : expressionOf(call)}}}`;
}

function pem(value: JsonValue | undefined): string | undefined {
	return typeof value === "string" && value !== "" ? `${value.trimEnd()}\n` : undefined;
}
