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
 * Lists and objects within each other. Vault itself takes no more than 300 (`max_json_depth`); what goes through data
 * calls itself for each, and would be stopped by the end of its stack somewhere between two and four thousand.
 */
const DEEPEST = 500;

/**
 * `JSON.parse` that keeps the digits of every number: one that JavaScript prints differently
 * comes back as {@link JsonNumber}.
 *
 * @throws SyntaxError as `JSON.parse` does, and for a text that is nested too deeply; its message may quote the text, so
 * never show it
 */
export function parseJson(text: string): JsonValue {
	if (text.length > 2 * DEEPEST && isTooDeep(text)) throw new SyntaxError("The text is nested too deeply");
	return JSON.parse(text, (_key: string, value: unknown, context) =>
		typeof value === "number" && context.source !== undefined && String(value) !== context.source
			? new JsonNumber(context.source)
			: value,
	) as JsonValue;
}

/** Told before it is parsed, in one walk. Without a regular expression: its own stack ends in a long text. */
function isTooDeep(text: string): boolean {
	let depth = 0;
	let isQuoted = false;
	for (let at = 0; at < text.length; at++) {
		const letter = text[at];
		if (letter === '"') isQuoted = !isQuoted;
		else if (isQuoted) at += letter === "\\" ? 1 : 0;
		else if (letter === "[" || letter === "{") depth++;
		else if (letter === "]" || letter === "}") depth--;
		if (depth > DEEPEST) return true;
	}
	return false;
}
