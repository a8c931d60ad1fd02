import { type Token, tokens } from "./yaml-document.ts";

/** Kinds of YAML text in which a value can stand. */
type PlaceKind = "plain" | "single" | "double" | "literal" | "folded" | "comment";

/** Where a marker stands in a YAML text. */
export interface YamlPlace {
	readonly kind: PlaceKind;
	readonly marker: string;
	readonly isKey: boolean;
	readonly isInFlow: boolean;
	/** Whether the scalar is the marker and nothing else, quotes aside. */
	readonly isWhole: boolean;
	/** The scalar up to the marker, its opening quote included. */
	readonly head: string;
	/** The scalar after the marker. */
	readonly tail: string;
	/** What the author wrote in a scalar that other values share; `undefined` when there are none. */
	readonly shared: string | undefined;
	/** Of a block scalar: `|`, `>-`, … */
	readonly header: string;
	/** Of a block scalar: spaces before each line of its content. */
	readonly contentIndent: number;
	/** Of a block scalar: indentation of the collection around it. */
	readonly indent: number;
}

const KINDS: Readonly<Record<string, PlaceKind>> = {
	scalar: "plain",
	"single-quoted-scalar": "single",
	"double-quoted-scalar": "double",
	comment: "comment",
};

/** Each value is tried in its whole scalar: the time grows with the square of their number. */
const MOST_IN_ONE = 200;

/**
 * Finds the place of every marker, by marker number.
 *
 * @throws SyntaxError when a marker stands where YAML has no text but structure: an anchor, a tag, a directive
 */
export function yamlPlaces(text: string, markers: RegExp): Map<number, YamlPlace> {
	const found = new Map<number, YamlPlace>();
	for (const token of tokens(text)) {
		const matches = [...token.source.matchAll(markers)];
		if (matches.length > MOST_IN_ONE) {
			const line = text.slice(0, token.start).split("\n").length;
			throw new SyntaxError(`line ${line} has more than ${MOST_IN_ONE} values in one scalar; join makes one`);
		}
		for (const match of matches) {
			const kind = kindOf(token);
			if (kind === undefined) {
				const line = text.slice(0, token.start + match.index).split("\n").length;
				throw new SyntaxError(`line ${line} has a value in an anchor, alias, tag or directive`);
			}
			const shared = matches.length > 1 ? token.source.replaceAll(markers, "") : undefined;
			found.set(Number(match[1]), placeIn(token, match, { kind, shared }));
		}
	}
	return found;
}

function kindOf({ type, header }: Token): PlaceKind | undefined {
	if (type === "block-scalar") return header.startsWith(">") ? "folded" : "literal";
	return KINDS[type];
}

function placeIn(token: Token, match: RegExpExecArray, known: Pick<YamlPlace, "kind" | "shared">): YamlPlace {
	const [marker] = match;
	const head = token.source.slice(0, match.index);
	const tail = token.source.slice(match.index + marker.length);
	return {
		...known,
		marker,
		isKey: token.isKey,
		isInFlow: token.isInFlow,
		isWhole: /^["']?$/.test(head) && /^["']?$/.test(tail),
		head,
		tail,
		header: token.header,
		contentIndent: contentIndent(token),
		indent: token.indent,
	};
}

/** Given in the header, or else that of the first line that is not blank. */
function contentIndent({ header, indent, source }: Token): number {
	const given = /[1-9]/.exec(header)?.[0];
	if (given !== undefined) return indent + Number(given);
	return /^(?:[ ]*\r?\n)*([ ]*)/.exec(source)?.[1]?.length ?? 0;
}
