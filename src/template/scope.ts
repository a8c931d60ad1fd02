import { JsonNumber } from "../kernel/mod.ts";
import { JsonText } from "./format/format.ts";
import type { TemplateSecret } from "./inputs.ts";

/** Where a value came from: a field of a secret. */
export interface Provenance {
	readonly path: string;
	readonly field?: string;
	readonly version?: number;
}

/** What an expression gave. */
export interface Result {
	readonly value: unknown;
	readonly from?: Provenance;
	/** Some secret that it needs has not been read yet. */
	readonly isPending?: true;
	/** It may be empty: `default` said so. */
	readonly mayBeEmpty?: true;
	/** It goes out as it is: `raw` said so. */
	readonly isRaw?: true;
}

export const PENDING: Result = { value: undefined, isPending: true };

/** A secret as the context of a block: its fields stand at the top. */
export class SecretScope {
	readonly secret: TemplateSecret;

	constructor(secret: TemplateSecret) {
		this.secret = secret;
	}
}

/** One level of a template's nesting. */
export interface Scope {
	readonly context: Result;
	/** Names with `@`. */
	readonly data: ReadonlyMap<string, Result>;
	/** Names between bars: `as |s|`. */
	readonly blockParams: ReadonlyMap<string, Result>;
	readonly parent?: Scope;
}

/** The names that can be asked of a value. */
export function namesOf(value: unknown): string[] {
	if (value instanceof SecretScope) return Object.keys(value.secret.fields);
	return isObject(value) ? Object.keys(value) : [];
}

/** One step along a path; `undefined` when there is no such name. Prototypes are never looked at. */
export function member(holder: Result, name: string): Result | undefined {
	const { value, from } = holder;
	if (value instanceof SecretScope) return secretMember(value.secret, name);
	if (Array.isArray(value)) {
		const item: unknown = name === "length" ? value.length : value[Number(name)];
		return item === undefined ? undefined : { value: item, ...(from && { from }) };
	}
	if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
	const field = from === undefined ? undefined : fieldName(from.field, name);
	return { value: value[name], ...(from && { from: { ...from, ...(field !== undefined && { field }) } }) };
}

function fieldName(outer: string | undefined, name: string): string {
	return outer === undefined ? name : `${outer}.${name}`;
}

function secretMember(secret: TemplateSecret, name: string): Result | undefined {
	const from = { path: secret.path, ...(secret.version !== undefined && { version: secret.version }) };
	if (Object.hasOwn(secret.fields, name))
		return { value: secret.fields[name], from: { ...from, field: name } };
	switch (name) {
		case "Data":
			return { value: secret.Data, from };
		case "LeaseID":
		case "LeaseDuration":
		case "Renewable":
			return { value: secret[name], from };
		default:
			return undefined;
	}
}

/** A plain JSON object: no list, no number with digits of its own. */
export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
	return (
		typeof value === "object" &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof JsonNumber) &&
		!(value instanceof JsonText) &&
		!(value instanceof SecretScope)
	);
}

/** Handlebars' sense of true: neither false, null, undefined, "", 0, nor an empty list. */
export function isTruthy(value: unknown): boolean {
	if (Array.isArray(value)) return value.length > 0;
	return value instanceof JsonNumber ? Number(value.source) !== 0 : Boolean(value);
}
