import type { Block, Call, Expression, Program } from "./ast.ts";
import { CONTEXT_HELPERS } from "./context-helpers.ts";
import { type Place, TemplateError } from "./errors.ts";
import { Evaluation, type EvaluationOptions, helperNames } from "./evaluate.ts";
import { PURE_HELPERS } from "./helpers.ts";
import type { Piece } from "./format/format.ts";
import type { TemplateInputs, TemplateRequest, TemplateSecret } from "./inputs.ts";
import { simpleName } from "./names.ts";
import { type OpenPiece, PORT_NAME, portPlaces, PRIVATE_PORT } from "./port.ts";
import { parseTemplateText } from "./parse.ts";
import { requestOf } from "./request.ts";
import { literalParameters, requestArguments } from "./parameters.ts";
import { type Scope, SecretScope } from "./scope.ts";

/** What one pass over a template gave: its pieces, or the secrets that it still lacks. */
export type RenderPass =
	| {
			readonly kind: "complete";
			readonly pieces: readonly OpenPiece[];
			readonly requests: readonly TemplateRequest[];
			/** What is no error and should be known. */
			readonly notes?: readonly TemplateNote[];
			/** In the order in which they were written; the same path may be written again. */
			readonly files?: readonly WrittenFile[];
	  }
	| { readonly kind: "incomplete"; readonly missing: readonly TemplateRequest[] };

/** Something that is no error, and most likely not what was meant. */
export interface TemplateNote {
	/** What it is, without any value. */
	readonly message: string;
	readonly place: Place;
	/** Vault path and field that it is about. */
	readonly path?: string;
	readonly field?: string;
}

/** A file that a template writes beside its own. */
export interface WrittenFile {
	/** As the template names it. */
	readonly path: string;
	readonly pieces: readonly Piece[];
	/** Permission bits. */
	readonly mode: number;
	/** By name, or by number in digits; the agent's own when absent. */
	readonly user?: string;
	readonly group?: string;
	/** It comes after what this pass has put there before. */
	readonly isAppended: boolean;
}

/** A certificate that a template asks for with `pkiCert`. */
export interface CertificateRequest {
	readonly request: TemplateRequest;
	/** The template may write who issued it as well. */
	readonly withIssuer: boolean;
}

/** What a dry pass tells without reading anything. */
export interface Discovery {
	/** Requests whose path is written out. */
	readonly requests: readonly TemplateRequest[];
	/** Places where the path is computed, so that only a render can tell. */
	readonly computed: readonly Place[];
	/** Those of the requests that are for certificates, which then stand in the files of the template. Default none. */
	readonly certificates?: readonly CertificateRequest[];
	/** Files beside its own whose names are written out. Default none. */
	readonly beside?: readonly string[];
	/** Places that ask for the child's private port. */
	readonly ports: readonly Place[];
}

/** A parsed template. */
export interface Template {
	/**
	 * Renders once against what is there. Helpers cannot wait, so a secret that has not been read yet is noted and
	 * its block skipped; the caller reads what is missing and renders again.
	 *
	 * @param context a secret whose fields stand at the top, for the templates of single variables
	 * @throws TemplateError for what is not there; any error that a lookup brought
	 */
	render(inputs: TemplateInputs, context?: TemplateSecret): RenderPass;
	discover(): Discovery;
	/** The format of its text, where the template itself says so. */
	readonly format?: string;
}

/** @throws TemplateError for syntax errors and unknown helpers */
export function parseTemplate(text: string, options: EvaluationOptions): Template {
	const program = parseTemplateText(options.file, text);
	const calls = [...callsOf(program)];
	for (const call of calls) checkName(call, options.file);
	return {
		render(inputs, context) {
			const evaluation = new Evaluation(inputs, options);
			evaluation.run(program, rootScope(context, inputs.hasPort === true));
			const { missing, pieces, requests } = evaluation;
			return missing.length > 0 ? { kind: "incomplete", missing } : { kind: "complete", pieces, requests };
		},
		discover: () => ({
			...discover(calls, options.file, namesIssuer(text)),
			ports: portPlaces(program, options.file, options.isOverSecret === true),
		}),
	};
}

function rootScope(secret: TemplateSecret | undefined, hasPort: boolean): Scope {
	const port = hasPort ? { [PORT_NAME]: PRIVATE_PORT } : {};
	const from = secret && {
		path: secret.path,
		...(secret.version !== undefined && { version: secret.version }),
	};
	const context =
		secret === undefined ? { value: port } : { value: new SecretScope(secret), ...(from && { from }) };
	const data = { ...port, ...(secret?.version !== undefined && { version: secret.version }) };
	const results = Object.entries(data).map(([name, value]) => [name, { value }] as const);
	return { context, data: new Map(results), blockParams: new Map() };
}

/** A name with arguments must be a helper: found out before anything is read. */
function checkName({ call, isBlock }: FoundCall, file: string): void {
	const name = simpleName(call.path);
	const hasArguments = call.params.length > 0 || (call.hash?.pairs.length ?? 0) > 0;
	if (name === undefined || !hasArguments) return;
	if (CONTEXT_HELPERS.has(name) || PURE_HELPERS.has(name)) return;
	if (isBlock && ["if", "unless", "each", "with"].includes(name)) return;
	throw TemplateError.unknownHelper(placeOf(call, file), name, helperNames());
}

/** Helpers that make requests. */
const ASKING: ReadonlySet<string> = new Set(["secret", "secrets", "pkiCert"]);

/** Whether a template may write who issued a certificate. */
export function namesIssuer(text: string): boolean {
	return /\bCA(Chain)?\b/.test(text);
}

function discover(calls: readonly FoundCall[], file: string, withIssuer: boolean): Omit<Discovery, "ports"> {
	const requests: TemplateRequest[] = [];
	const certificates: CertificateRequest[] = [];
	const computed: Place[] = [];
	for (const { call } of calls) {
		const name = simpleName(call.path);
		const { path, version } = requestArguments(call);
		if (name === undefined || !ASKING.has(name) || path === undefined) continue;
		const place = placeOf(call, file);
		if (path.type !== "StringLiteral") {
			computed.push(place);
			continue;
		}
		const parameters = literalParameters(call);
		const words = {
			kind: name === "secrets" ? ("list" as const) : ("read" as const),
			path: path.value,
			...(version?.type === "NumberLiteral" && { version: version.value }),
			...(parameters && { parameters }),
		};
		const request = requestOf(words, place);
		requests.push(request);
		if (name === "pkiCert") certificates.push({ request, withIssuer });
	}
	return { requests, computed, ...(certificates.length > 0 && { certificates }) };
}

function placeOf(call: Call, file: string): Place {
	return { file, line: call.loc.start.line, column: call.loc.start.column + 1 };
}

interface FoundCall {
	readonly call: Call;
	readonly isBlock: boolean;
}

/** Every call of the template, in blocks that may never run as well. */
function* callsOf(program: Program | null | undefined): Generator<FoundCall> {
	for (const statement of program?.body ?? []) {
		if (statement.type === "MustacheStatement") yield* callsIn(statement, false);
		if (statement.type === "BlockStatement") {
			const block: Block = statement;
			yield* callsIn(block, true);
			yield* callsOf(block.program);
			yield* callsOf(block.inverse);
		}
	}
}

function* callsIn(call: Call, isBlock: boolean): Generator<FoundCall> {
	yield { call, isBlock };
	const inner: Expression[] = [...call.params, ...(call.hash?.pairs.map(({ value }) => value) ?? [])];
	for (const expression of inner) {
		if (expression.type === "SubExpression") yield* callsIn(expression, false);
	}
}
