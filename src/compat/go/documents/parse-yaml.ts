import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, Scalar } from "yaml";
import { shortestFloat } from "../printing/float-text.ts";
import { GoFault } from "../values/fault.ts";
import { checkDepth } from "../values/bounds.ts";
import { GoInteger, GoMap, GoSlice, GoStruct, type GoValue } from "../values/values.ts";
import { plainScalar } from "./yaml-scalar.ts";

/** What a text may have wrong and still says something; where there are several documents, the first counts. */
const HARMLESS: ReadonlySet<string> = new Set(["DUPLICATE_KEY", "MULTIPLE_DOCS"]);

/** Values in one document; aliases repeat some, and can multiply them without end. */
const MOST_NODES = 100_000;

/**
 * A YAML document as Go's yaml.v2 gives it when it is told no types: `yes` and `on` are true, a time is a text, and numbers
 * to base 60 are texts. Keys that are no texts become the text that Go prints for them.
 *
 * @throws GoFault, which names the line
 */
export function parseGoYaml(text: string): GoValue {
	const lines = new LineCounter();
	// Every scalar comes as its text: what it means is told by other rules than those of the package.
	const options = { version: "1.1", schema: "failsafe", lineCounter: lines, prettyErrors: false } as const;
	const document = parseDocument(text, { ...options, uniqueKeys: false });
	const error = document.errors.find(({ code }) => !HARMLESS.has(code));
	if (error !== undefined) throw faultAt(lines, error.pos[0]);
	return new Reader(lines).read(document.contents, 0);
}

function faultAt(lines: LineCounter, offset: number): GoFault {
	return new GoFault(`yaml: line ${lines.linePos(offset).line}: this is not valid YAML`);
}

/** A value with an anchor, and how many values it is made of. */
interface Anchored {
	readonly value: GoValue;
	readonly nodes: number;
}

class Reader {
	readonly #lines: LineCounter;
	/** What the anchors before stand for; one that is still being read is not among them. */
	readonly #anchored = new Map<string, Anchored>();
	#nodes = 0;

	constructor(lines: LineCounter) {
		this.#lines = lines;
	}

	read(node: unknown, depth: number): GoValue {
		checkDepth(depth);
		if (isAlias(node)) return this.#alias(node.source);
		const before = this.#nodes;
		this.#count(1);
		const value = this.#value(node, depth);
		if (isNode(node) && "anchor" in node && typeof node.anchor === "string")
			this.#anchored.set(node.anchor, { value, nodes: this.#nodes - before });
		return value;
	}

	/** What it stands for counts once more: whoever walks along the value comes by it as often. */
	#alias(name: string): GoValue {
		const anchored = this.#anchored.get(name);
		if (anchored === undefined)
			throw new GoFault("yaml: an alias has no anchor before it, or stands for what it is a part of");
		this.#count(anchored.nodes);
		return anchored.value;
	}

	#count(nodes: number): void {
		this.#nodes += nodes;
		if (this.#nodes > MOST_NODES) throw new GoFault("yaml: the document has too many values");
	}

	#value(node: unknown, depth: number): GoValue {
		if (isSeq(node))
			return new GoSlice(
				"interface {}",
				node.items.map((item) => this.read(item, depth + 1)),
			);
		if (isMap(node)) return this.#map(node.items, depth);
		return isScalar(node) ? this.#scalar(node) : undefined;
	}

	#map(pairs: readonly { key: unknown; value: unknown }[], depth: number): GoMap {
		const entries = new Map<string, GoValue>();
		for (const { key, value } of pairs) {
			if (isMerge(key)) merge(this.read(value, depth + 1), entries);
			else entries.set(this.#keyOf(this.read(key, depth + 1)), this.read(value, depth + 1));
		}
		return new GoMap("interface {}", entries);
	}

	#keyOf(key: GoValue): string {
		if (key instanceof GoMap || key instanceof GoSlice || key instanceof GoStruct)
			throw new GoFault("yaml: invalid map key");
		if (key === undefined) return "<nil>";
		if (typeof key === "number") return shortestFloat(key);
		return typeof key === "object" ? String("value" in key ? key.value : key.text) : String(key);
	}

	#scalar(node: Scalar): GoValue {
		const text = typeof node.value === "string" ? node.value.toWellFormed() : "";
		const tag = node.tag?.replace("tag:yaml.org,2002:", "!!");
		if (tag === undefined) return node.type === Scalar.PLAIN ? plainScalar(text).value : text;
		const kind = TAGGED.get(tag);
		if (kind === undefined) return text;
		const { value } = plainScalar(text);
		const number = tag === "!!float" && value instanceof GoInteger ? Number(value.value) : value;
		if (!kind(number)) throw faultAt(this.#lines, node.range?.[0] ?? 0);
		return number;
	}
}

/** What a value with such a tag has to be; any other tag leaves a text as it is. */
const TAGGED: ReadonlyMap<string, (value: GoValue) => boolean> = new Map(
	Object.entries({
		"!!int": (value: GoValue) => value instanceof GoInteger,
		"!!float": (value: GoValue) => typeof value === "number",
		"!!bool": (value: GoValue) => typeof value === "boolean",
		"!!null": (value: GoValue) => value === undefined,
		// Bytes, which a text of a template cannot hold.
		"!!binary": () => false,
	}),
);

/** What is merged in goes over what stands before it, as in yaml.v2, and of several maps the first counts. */
function merge(value: GoValue, into: Map<string, GoValue>): void {
	const maps = value instanceof GoSlice ? value.items.toReversed() : [value];
	for (const map of maps) {
		if (!(map instanceof GoMap))
			throw new GoFault("yaml: map merge requires map or sequence of maps as the value");
		for (const [key, item] of map.entries) into.set(key, item);
	}
}

function isMerge(key: unknown): boolean {
	return isScalar(key) && key.value === "<<" && key.type === Scalar.PLAIN;
}
