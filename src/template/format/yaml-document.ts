import {
	type CST,
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	LineCounter,
	Parser,
	parseAllDocuments,
	type Scalar,
	visit,
} from "yaml";

/** PyYAML and most of Go's world read 1.1, the rest reads 1.2: a text has to mean the same in both. */
export const VERSIONS = ["1.1", "1.2"] as const;

type Version = (typeof VERSIONS)[number];

/** A stretch of YAML text of one kind, as the grammar sees it. */
export interface Token {
	readonly type: CST.Token["type"];
	readonly start: number;
	readonly source: string;
	readonly isKey: boolean;
	/** Within `[…]` or `{…}`. */
	readonly isInFlow: boolean;
	/** Indentation of the collection around it. */
	readonly indent: number;
	/** Of a block scalar: `|`, `>-`, `|2+`, … */
	readonly header: string;
}

type Where = Pick<Token, "isKey" | "isInFlow">;
type Item = CST.CollectionItem;

/** Every token in which text of the author can stand, in no particular order. */
export function* tokens(text: string): Generator<Token> {
	for (const token of new Parser().parse(text)) yield* walk(token, { isKey: false, isInFlow: false });
}

function* walk(token: CST.Token | null | undefined, where: Where): Generator<Token> {
	if (token === null || token === undefined) return;
	if (token.type === "block-map" || token.type === "block-seq") {
		for (const item of token.items) yield* walkItem(item, where);
	} else if (token.type === "flow-collection") {
		for (const item of token.items) yield* walkItem(item, { isKey: false, isInFlow: true });
		yield* walkAll(token.end, where);
	} else if (token.type === "document") {
		yield* walkAll(token.start, where);
		yield* walk(token.value, where);
		yield* walkAll(token.end ?? [], where);
	} else if (token.type === "block-scalar") {
		yield* walkAll(token.props, where);
		yield own(token, { ...where, header: headerOf(token), indent: token.indent });
	} else {
		yield own(token, { ...where, header: "", indent: 0 });
		if ("end" in token) yield* walkAll(token.end ?? [], where);
	}
}

function* walkAll(list: readonly CST.Token[], where: Where): Generator<Token> {
	for (const token of list) yield* walk(token, where);
}

function* walkItem({ start, key, sep, value }: Item, where: Where): Generator<Token> {
	yield* walkAll(start, where);
	yield* walk(key, { ...where, isKey: true });
	yield* walkAll(sep ?? [], where);
	yield* walk(value, { ...where, isKey: false });
}

function own(token: CST.Token, rest: Where & Pick<Token, "header" | "indent">): Token {
	return { type: token.type, start: token.offset, source: "source" in token ? token.source : "", ...rest };
}

function headerOf({ props }: CST.BlockScalar): string {
	const header = props.find(({ type }) => type === "block-scalar-header");
	return header !== undefined && "source" in header ? header.source : "";
}

/** The parser has one code for all of these. */
const MISSING = "a colon, quote or bracket is missing here, or a line of a block is not indented";

/**
 * The text as a tree of arrays and strings, with all that a value could have changed: anchors, tags, aliases,
 * types. A string is its content; what is written bare is its spelling, marked as bare unless it is a number
 * or boolean of JSON, which is how numbers of a secret are written.
 *
 * @throws SyntaxError with line and kind of the fault, never with text
 */
export function read(text: string, version: Version): unknown {
	return documents(text, version).map(({ contents }) => tree(contents));
}

function documents(text: string, version: Version): Document[] {
	const lineCounter = new LineCounter();
	const found = parseAllDocuments(text, { version, lineCounter, prettyErrors: false });
	if (!Array.isArray(found)) return [];
	const [fault] = found.flatMap(({ errors }) => errors);
	if (fault === undefined) return found;
	const { line } = lineCounter.linePos(fault.pos[0]);
	const kind = fault.code === "MISSING_CHAR" ? MISSING : fault.code.toLowerCase().replaceAll("_", " ");
	throw new SyntaxError(`line ${line}: ${kind}`);
}

const JSON_BARE = /^(?:true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function tree(node: unknown): unknown {
	if (isAlias(node)) return ["alias", node.source];
	if (isScalar(node)) return [...marks(node), leaf(node)];
	if (isSeq(node)) return ["seq", ...marks(node), ...node.items.map(tree)];
	if (isMap(node))
		return ["map", ...marks(node), ...node.items.map(({ key, value }) => [tree(key), tree(value)])];
	return "nothing";
}

function marks({ anchor, tag }: { readonly anchor?: string; readonly tag?: string }): string[] {
	return [anchor === undefined ? "" : `&${anchor}`, tag ?? ""];
}

function leaf({ value, source = "" }: Scalar): string {
	if (typeof value === "string") return value;
	return JSON_BARE.test(source) ? source : `bare ${source}`;
}

/** Content of the first scalar of a small text, when it is a string. */
export function firstString(text: string, version: Version): string | undefined {
	let found: unknown;
	for (const document of documents(text, version)) {
		visit(document, {
			Scalar: (_key, { value }) => {
				found = value;
				return visit.BREAK;
			},
		});
		break;
	}
	return typeof found === "string" ? found : undefined;
}
