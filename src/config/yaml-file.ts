import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Alias, Document, Node, Pair, ParsedNode, Scalar, YAMLMap } from "yaml";
import type { Problem } from "./errors.ts";
import { type Path, Places } from "./place.ts";
import { substitute } from "./substitute.ts";
import { syntaxSentence } from "./yaml-syntax.ts";

/** What a config file says, as plain data that knows where each part stands. */
export interface FileSettings {
	readonly settings: Record<string, unknown>;
	readonly places: Places;
	/** Syntax errors and variables that are not set. */
	readonly problems: readonly Problem[];
}

/** More values than any config has: stops aliases that multiply or contain themselves. */
const MOST_NODES = 20_000;

const OWN_PORT =
	"${PORT} is a variable of the agent's own, read once; with on_change: rolling the child's port is {{port}}";

interface YamlInput {
	/** Name of the file in messages. */
	readonly name: string;
	readonly text: string;
	/** What `${VAR}` is replaced from. */
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads YAML 1.2, of which JSON is a part. A key with nothing behind it counts as left out. */
export function readYaml(input: YamlInput): FileSettings {
	const lines = new LineCounter();
	const document = parseDocument(input.text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
	const reader = new Reader(input, lines, document);
	reader.readErrors();
	// A text that could not be taken apart has no keys to judge; a key that stands twice does no such harm.
	const isBroken = document.errors.some(({ code }) => code !== "DUPLICATE_KEY");
	const settings = isBroken ? {} : reader.read();
	return { settings, places: reader.places, problems: reader.problems };
}

class Reader {
	readonly places: Places;
	readonly problems: Problem[] = [];
	readonly #input: YamlInput;
	readonly #lines: LineCounter;
	readonly #document: Document.Parsed;
	/** Aliases that are being read. */
	readonly #open = new Set<Alias>();
	#nodes = 0;

	constructor(input: YamlInput, lines: LineCounter, document: Document.Parsed) {
		this.places = new Places(input.name);
		this.#input = input;
		this.#lines = lines;
		this.#document = document;
	}

	readErrors(): void {
		for (const error of [...this.#document.errors, ...this.#document.warnings]) {
			this.#report(error.pos[0], syntaxSentence(error.code));
		}
	}

	read(): Record<string, unknown> {
		const { contents } = this.#document;
		if (isMap(contents)) return this.#map(contents, []);
		if (contents !== null)
			this.#report(contents.range[0], "expected a map of keys, such as vault: and templates:");
		return {};
	}

	#value(node: Node | null | undefined, path: Path): unknown {
		if (this.#isTooLarge()) return undefined;
		if (isAlias(node)) return this.#aliased(node, (target) => this.#value(target, path));
		if (node?.range) this.places.at(path, "value", this.#position(node.range[0]));
		if (isMap(node)) return this.#map(node, path);
		if (isSeq(node))
			return node.items.map((item, index) => this.#value(item as Node, [...path, index]) ?? null);
		return isScalar(node) ? this.#scalar(node, path) : undefined;
	}

	/** Counts one more. */
	#isTooLarge(): boolean {
		if (++this.#nodes === MOST_NODES + 1) this.#report(0, "the file's aliases make it too large");
		return this.#nodes > MOST_NODES;
	}

	#map(map: YAMLMap, path: Path): Record<string, unknown> {
		const result: Record<string, unknown> = {};
		const pairs = map.items as Pair<ParsedNode, ParsedNode | null>[];
		// What is merged in comes first, so that the map's own keys win over it.
		for (const { value } of pairs.filter(isMerge)) copy(this.#merged(value, path), result);
		for (const { key, value } of pairs.filter((pair) => !isMerge(pair))) {
			const name = isScalar(key) ? String(key.value) : "";
			this.places.at([...path, name], "key", this.#position(key.range[0]));
			const plain = this.#value(value, [...path, name]);
			// In `env` a name with nothing behind it is a reference that somebody forgot.
			if (plain !== undefined || pathIs(path, "env")) define(result, name, plain ?? null);
		}
		return result;
	}

	/** The value of a `<<` key: a map, or a list of maps of which the first wins. */
	#merged(node: Node | null, path: Path): object {
		if (isAlias(node)) return this.#aliased(node, (target) => this.#merged(target, path)) ?? {};
		if (isMap(node)) return this.#map(node, path);
		if (!isSeq(node)) return {};
		const result = {};
		for (const item of node.items.toReversed()) copy(this.#merged(item as Node, path), result);
		return result;
	}

	/** Reads what an alias stands for, unless that is being read already. */
	#aliased<T>(alias: Alias, read: (target: Node) => T): T | undefined {
		const target = alias.resolve(this.#document);
		if (target === undefined || this.#open.has(alias)) {
			const message = target ? "stands for what it is a part of" : "has no anchor (&name) before it";
			this.#report(alias.range?.[0] ?? 0, `this alias (*name) ${message}`);
			return undefined;
		}
		this.#open.add(alias);
		const result = this.#isTooLarge() ? undefined : read(target);
		this.#open.delete(alias);
		return result;
	}

	#scalar(node: Scalar, path: Path): unknown {
		if (node.value === null) return undefined;
		// A list holds words: what looks like a number keeps its spelling.
		const isWord = typeof path.at(-1) === "number";
		const value =
			isWord && typeof node.value !== "string" ? (node.source ?? JSON.stringify(node.value)) : node.value;
		if (typeof value !== "string" || isTemplateText(path) || !value.includes("${")) return value;
		if (this.#isOwnPort(value, path)) {
			this.#report(node.range?.[0] ?? 0, OWN_PORT);
			this.places.unread(path);
			return undefined;
		}
		const replaced = substitute(value, this.#input.env);
		if (typeof replaced === "string") return isWord ? replaced : coerce(replaced);
		for (const fault of replaced) this.#report(this.#offsetIn(node, fault.offset), fault.message);
		this.places.unread(path);
		return undefined;
	}

	/** The agent's own variable, where somebody means the child's port. */
	#isOwnPort(value: string, path: Path): boolean {
		const isRolling = this.#document.getIn(["exec", "on_change"]) === "rolling";
		return (
			isRolling && pathIs(path, "exec", "command", undefined) && /(^|[^$])\$\{PORT(:-[^}]*)?\}/.test(value)
		);
	}

	/** Offset in the file of a place in a scalar's value, as near as quotes and escapes allow. */
	#offsetIn(node: Scalar, offset: number): number {
		const [start, end] = node.range ?? [0, 0];
		const value = String(node.value);
		const before = value.slice(0, offset).split("${").length - 1;
		let found = -2;
		for (let seen = 0; seen <= before; seen++)
			found = this.#input.text.indexOf("${", found < 0 ? start : found + 2);
		return found < 0 || found >= end ? start : found;
	}

	#position(offset: number): string {
		const { line, col } = this.#lines.linePos(offset);
		return `${line}:${col}`;
	}

	#report(offset: number, message: string): void {
		this.problems.push({ place: `${this.#input.name}:${this.#position(offset)}`, message });
	}
}

function isMerge({ key }: Pair<ParsedNode>): boolean {
	return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

/** Text of a template is the template's own: `${` means nothing in it. */
function isTemplateText(path: Path): boolean {
	const last = path.at(-1);
	return (
		pathIs(path, "templates", undefined, "contents") ||
		(pathIs(path, "env", undefined, undefined) && (last === "template" || last === "contents"))
	);
}

function pathIs(path: Path, ...steps: (string | undefined)[]): boolean {
	return (
		path.length === steps.length && steps.every((step, index) => step === undefined || step === path[index])
	);
}

/** Variables hold text; one that holds `true`, `false` or nothing at all is taken as that. */
function coerce(text: string): unknown {
	if (text === "") return undefined;
	return text === "true" || text === "false" ? text === "true" : text;
}

function copy(from: object, to: object): void {
	for (const [name, value] of Object.entries(from)) define(to, name, value);
}

/** Assignment that also holds for a key called `__proto__`. */
function define(target: object, name: string, value: unknown): void {
	Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
