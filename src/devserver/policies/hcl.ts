import { type JsonValue, parseJson } from "../../kernel/mod.ts";
import { isJsonObject, type JsonObject } from "../json-object.ts";

/** One `path "…" { … }` block. */
export interface PathBlock {
	readonly path: string;
	readonly body: JsonObject;
}

const TOKEN =
	/\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|[A-Za-z_][\w.-]*|-?\d+(?:\.\d+)?|[{}[\]=,:]/y;

/**
 * Reads the part of HCL that policies are written in: `path` blocks with texts, numbers, lists and
 * maps inside; or the same as JSON (https://developer.hashicorp.com/vault/docs/concepts/policies#policy-syntax).
 *
 * @throws SyntaxError saying what was found instead
 */
export function readPolicyBlocks(text: string): PathBlock[] {
	return text.trimStart().startsWith("{") ? readJson(text) : new HclReader(text).blocks();
}

function readJson(text: string): PathBlock[] {
	const root = parseJson(text);
	const paths = isJsonObject(root) ? (root["path"] ?? {}) : {};
	const maps = Array.isArray(paths) ? (paths as readonly JsonValue[]) : [paths];
	return maps
		.filter(isJsonObject)
		.flatMap((map) => Object.entries(map))
		.map(([path, body]) => ({ path, body: asBody(body) }));
}

function asBody(value: JsonValue): JsonObject {
	const body = Array.isArray(value) ? ((value as readonly JsonValue[])[0] ?? {}) : value;
	if (!isJsonObject(body)) throw new SyntaxError("path: expected an object");
	return body;
}

class HclReader {
	readonly #tokens: string[];
	#next = 0;

	constructor(text: string) {
		this.#tokens = tokenize(text);
	}

	blocks(): PathBlock[] {
		const blocks: PathBlock[] = [];
		while (this.#peek() !== undefined) {
			const keyword = this.#name();
			if (keyword === "name") {
				this.#expect("=");
				this.#value();
				continue;
			}
			if (keyword !== "path") throw new SyntaxError(`invalid key "${keyword}"`);
			const path = this.#name();
			blocks.push({ path, body: this.#map() });
		}
		return blocks;
	}

	#map(): JsonObject {
		const entries: [string, JsonValue][] = [];
		this.#expect("{");
		while (this.#peek() !== "}") {
			const key = this.#name();
			if (this.#peek() === "=" || this.#peek() === ":") this.#next++;
			entries.push([key, this.#value()]);
			if (this.#peek() === ",") this.#next++;
		}
		this.#expect("}");
		return Object.fromEntries(entries);
	}

	#list(): JsonValue[] {
		const values: JsonValue[] = [];
		this.#expect("[");
		while (this.#peek() !== "]") {
			values.push(this.#value());
			if (this.#peek() === ",") this.#next++;
		}
		this.#expect("]");
		return values;
	}

	#value(): JsonValue {
		const token = this.#peek();
		if (token === "{") return this.#map();
		if (token === "[") return this.#list();
		this.#next++;
		if (token === undefined) throw new SyntaxError("unexpected end of policy");
		return /^["\d-]|^(true|false)$/.test(token) ? parseJson(token) : token;
	}

	#name(): string {
		const token = this.#tokens[this.#next++];
		if (token === undefined || /^[{}[\]=,:]$/.test(token)) {
			throw new SyntaxError(`expected a name, found ${token ?? "the end"}`);
		}
		return token.startsWith('"') ? (JSON.parse(token) as string) : token;
	}

	#expect(token: string): void {
		const found = this.#tokens[this.#next++];
		if (found !== token) throw new SyntaxError(`expected ${token}, found ${found ?? "the end"}`);
	}

	#peek(): string | undefined {
		return this.#tokens[this.#next];
	}
}

function tokenize(text: string): string[] {
	const tokens: string[] = [];
	for (let at = 0; at < text.length; ) {
		TOKEN.lastIndex = at;
		const token = TOKEN.exec(text)?.[0];
		if (token === undefined) throw new SyntaxError(`illegal character at ${at}`);
		at += token.length;
		if (!/^(\s|#|\/\/|\/\*)/.test(token)) tokens.push(token);
	}
	return tokens;
}
