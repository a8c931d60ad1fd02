declare global {
	/** ES2026 "JSON.parse source text access"; in V8 since Node 21, not yet in TypeScript's own lib. */
	interface JSON {
		rawJSON(text: string): unknown;
		parse(
			text: string,
			reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
		): unknown;
	}
}

/**
 * A JSON number whose digits JavaScript would change (`12345678901234567890`, `1.10`).
 * Secrets are text to us: what Vault holds is what the child must get.
 */
export class JsonNumber {
	/** The digits exactly as they stood in the JSON text. */
	readonly source: string;

	constructor(source: string) {
		this.source = source;
	}

	toString(): string {
		return this.source;
	}

	toJSON(): unknown {
		return JSON.rawJSON(this.source);
	}
}

/** What {@link parseJson} gives back. */
export type JsonValue =
	| null
	| boolean
	| number
	| string
	| JsonNumber
	| readonly JsonValue[]
	| { readonly [key: string]: JsonValue };

/**
 * `JSON.parse` that keeps the digits of every number: one that JavaScript prints differently
 * comes back as {@link JsonNumber}.
 *
 * @throws SyntaxError as `JSON.parse` does; its message may quote the text, so never show it
 */
export function parseJson(text: string): JsonValue {
	return JSON.parse(text, (_key: string, value: unknown, context) =>
		typeof value === "number" && context.source !== undefined && String(value) !== context.source
			? new JsonNumber(context.source)
			: value,
	) as JsonValue;
}
