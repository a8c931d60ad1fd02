import { createHash } from "node:crypto";
import { errorCode, JsonNumber, parseJson } from "../kernel/mod.ts";
import { JsonText } from "./format/format.ts";
import type { TemplateInputs } from "./inputs.ts";
import { isTruthy, SecretScope } from "./scope.ts";
import { HelperFault, indented, joined, replaceEvery } from "./text-bound.ts";
import { toYaml } from "./to-yaml.ts";

/** What a helper looks up outside of Vault is not there; `default` may step in. */
export class MissingFault extends HelperFault {}

/** What a helper can see besides its arguments. */
interface Surroundings {
	readonly inputs: TemplateInputs;
	readonly fileRoots: readonly string[];
}

/** A helper over plain values. Argument order is Vault Agent's: what is worked on comes last. */
export interface PureHelper {
	/** Fewest and most arguments. */
	readonly arity: readonly [number, number];
	readonly run: (args: readonly unknown[], surroundings: Surroundings) => unknown;
}

function text(value: unknown): string {
	if (typeof value === "string") return value;
	if (typeof value === "number" || typeof value === "boolean" || value instanceof JsonNumber)
		return String(value);
	if (value instanceof JsonText) return value.source;
	throw new HelperFault("wants text");
}

function plain(value: unknown): unknown {
	return value instanceof SecretScope ? value.secret.fields : value;
}

function list(value: unknown): readonly unknown[] {
	if (Array.isArray(value)) return value;
	throw new HelperFault("wants a list");
}

function decode(encoded: string, alphabet: "base64" | "base64url"): string {
	const bytes = Buffer.from(encoded, alphabet);
	const isWhole = bytes.toString(alphabet).replace(/=+$/, "") === encoded.trim().replace(/=+$/, "");
	if (!isWhole) throw new HelperFault(`wants ${alphabet} text`);
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw new HelperFault("got bytes that are no UTF-8 text");
	}
}

function parse(json: string): unknown {
	try {
		return parseJson(json);
	} catch {
		throw new HelperFault("wants JSON text");
	}
}

/** Equal as text, so that the number 5 of a secret equals the "5" of a template. */
function same(a: unknown, b: unknown): boolean {
	const spelled = (value: unknown) =>
		typeof value === "string" || value instanceof JsonText ? String(value) : JSON.stringify(plain(value));
	return spelled(a) === spelled(b);
}

/** Longest path that a message repeats. */
const LONGEST_PATH = 1024;

function readFile(path: string, { inputs, fileRoots }: Surroundings): string {
	try {
		return inputs.readFile(path, fileRoots);
	} catch (error) {
		const code = errorCode(error) ?? "unreadable";
		const isLong = path.length > LONGEST_PATH;
		throw new HelperFault(`cannot read ${isLong ? `a path of ${path.length} letters` : path} (${code})`);
	}
}

function environment(name: string, inputs: TemplateInputs): string {
	const value = inputs.env(name);
	if (value === undefined) throw new MissingFault(`finds no environment variable "${name}"`);
	return value;
}

const oneText = (change: (value: string) => unknown): PureHelper => ({
	arity: [1, 1],
	run: ([value]) => change(text(value)),
});

const HELPERS: Readonly<Record<string, PureHelper>> = {
	env: { arity: [1, 1], run: ([name], { inputs }) => environment(text(name), inputs) },
	file: { arity: [1, 1], run: ([path], surroundings) => readFile(text(path), surroundings) },
	base64Encode: oneText((value) => Buffer.from(value).toString("base64")),
	base64Decode: oneText((value) => decode(value, "base64")),
	base64URLEncode: oneText((value) => Buffer.from(value).toString("base64url")),
	base64URLDecode: oneText((value) => decode(value, "base64url")),
	toJSON: { arity: [1, 1], run: ([value]) => new JsonText(JSON.stringify(plain(value) ?? null)) },
	toYAML: { arity: [1, 1], run: ([value]) => toYaml(plain(value) ?? null) },
	parseJSON: oneText(parse),
	sha256Hex: oneText((value) => createHash("sha256").update(value).digest("hex")),
	trim: oneText((value) => value.trim()),
	toUpper: oneText((value) => value.toUpperCase()),
	toLower: oneText((value) => value.toLowerCase()),
	replaceAll: { arity: [3, 3], run: ([from, to, value]) => replaceEvery(text(from), text(to), text(value)) },
	split: { arity: [2, 2], run: ([separator, value]) => text(value).split(text(separator)) },
	join: { arity: [2, 2], run: ([separator, values]) => joined(list(values).map(text), text(separator)) },
	indent: { arity: [2, 2], run: ([width, value]) => indented(width, text(value)) },
	eq: { arity: [2, 2], run: ([a, b]) => same(a, b) },
	ne: { arity: [2, 2], run: ([a, b]) => !same(a, b) },
	and: { arity: [1, 64], run: (args) => args.find((value) => !isTruthy(value)) ?? args.at(-1) },
	or: { arity: [1, 64], run: (args) => args.find(isTruthy) ?? args.at(-1) },
	not: { arity: [1, 1], run: ([value]) => !isTruthy(value) },
	timestamp: {
		arity: [0, 0],
		run: (_args, { inputs }) => `${new Date(inputs.now()).toISOString().slice(0, 19)}Z`,
	},
};

/** Helpers that need only their arguments. Those about secrets, fields and missing values stand in evaluate.ts. */
export const PURE_HELPERS: ReadonlyMap<string, PureHelper> = new Map(Object.entries(HELPERS));
