import { type Place, TemplateError } from "./errors.ts";
import type { EvaluationOptions } from "./evaluate.ts";
import type { TemplateInputs, TemplateRequest, TemplateSecret } from "./inputs.ts";
import { outputPiece } from "./output.ts";
import { member, namesOf, SecretScope } from "./scope.ts";
import { parseTemplate, type RenderPass, type Template } from "./template.ts";

/** `path#field`, or `path?version=3#field`. */
export interface FieldReference {
	readonly path: string;
	readonly field: string;
	readonly version?: number;
}

/** A single field as a template: what stands behind `--env NAME=path#field`. */
export function referenceTemplate(reference: FieldReference, options: EvaluationOptions): Template {
	const request = requestFor(reference);
	const pinned = reference.version === undefined ? "" : `?version=${reference.version}`;
	const expression = `${reference.path}${pinned}#${reference.field}`;
	const place: Place = { file: options.file, expression };
	return {
		discover: () => ({ requests: [request], computed: [], ports: [] }),
		render: (inputs) =>
			withSecret(inputs, { request, place }, (secret) => {
				const holder = { value: new SecretScope(secret), from: { path: secret.path } };
				const found = member(holder, reference.field);
				if (found === undefined) {
					const version = secret.version === undefined ? {} : { version: secret.version };
					const source = { path: secret.path, names: namesOf(holder.value), ...version };
					throw TemplateError.fieldMissing(place, reference.field, source);
				}
				const piece = outputPiece(found, place, options.allowEmpty);
				return { kind: "complete", pieces: [piece], requests: [request] };
			}),
	};
}

/** A template over the fields of one secret: `{ secret: path, template: "…{{username}}…" }`. */
export function secretTemplate(path: string, text: string, options: EvaluationOptions): Template {
	const request = requestAt(path);
	const inner = parseTemplate(text, { ...options, isOverSecret: true });
	const place: Place = { file: options.file, expression: path };
	return {
		discover() {
			const { requests, ...others } = inner.discover();
			return { requests: [request, ...requests], ...others };
		},
		render: (inputs) =>
			withSecret(inputs, { request, place }, (secret) => {
				const pass = inner.render(inputs, secret);
				return pass.kind === "complete" ? { ...pass, requests: [request, ...pass.requests] } : pass;
			}),
	};
}

/** The request for a secret by its path, which may end in `?version=3`. */
export function requestAt(path: string): TemplateRequest {
	const [plain = "", query] = path.split("?");
	const version = new URLSearchParams(query).get("version");
	return requestFor({ path: plain, ...(version !== null && { version: Number(version) }) });
}

function requestFor(reference: { readonly path: string; readonly version?: number }): TemplateRequest {
	const path = reference.path.replaceAll(/^\/+|\/+$/g, "");
	return { kind: "read", path, ...(reference.version !== undefined && { version: reference.version }) };
}

/** What is made of a secret, once it has been read. */
export function withSecret(
	inputs: TemplateInputs,
	{ request, place }: { readonly request: TemplateRequest; readonly place: Place },
	use: (secret: TemplateSecret) => RenderPass,
): RenderPass {
	const found = inputs.lookup(request);
	switch (found.kind) {
		case "secret":
			return use(found.secret);
		case "absent":
			throw TemplateError.absent(place, {
				...found,
				...(request.version !== undefined && { pinned: request.version }),
			});
		case "failed":
			throw found.error;
		case "pending":
		case "names":
			return { kind: "incomplete", missing: [request] };
		default:
			return found satisfies never;
	}
}
