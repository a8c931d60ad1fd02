import { isDeepStrictEqual } from "node:util";
import { type Format, JsonText, type Origin, type Piece } from "./format.ts";
import { leavesOf, mapLeaves, mark, type Marker } from "./marking.ts";
import { asText, namesAsText } from "./names.ts";

/** Each value is looked at by itself, with the whole text around it: so many are, and the rest is told as one. */
const MOST_LOOKED_AT = 50;

type Value = Extract<Piece, { kind: "value" }>;

/**
 * The values that stand in a text as they are, and that its readers would not get as they are: one that ends its quotes,
 * begins a line of its own, runs something, or makes the text unreadable.
 *
 * @returns where they came from; none where the author's own text is not of this format
 */
export function looseValues<Context>(format: Format<Context>, pieces: readonly Piece[]): readonly Origin[] {
	const plain = pieces.map((piece) => (isSubject(piece) ? { ...piece, raw: false } : asWritten(piece)));
	const { marked, markers, pattern } = mark(format.hasNames ? namesAsText(plain) : plain);
	if (markers.length === 0) return [];
	const stand = standIns(format, marked, { markers, pattern });
	if (stand === undefined) return [];
	const fill = (spell: (marker: Marker, index: number) => string) =>
		marked.replace(pattern, (all, number: string) => {
			const marker = markers[Number(number)];
			return marker === undefined ? all : spell(marker, Number(number));
		});
	const probe = format.parse(fill((_marker, index) => stand[index] ?? ""));
	const comesBack = (isFilled: (marker: Marker) => boolean) => {
		const text = fill((marker, index) => (isFilled(marker) ? valueIn(marker) : (stand[index] ?? "")));
		const wanted = mapLeaves(probe, (leaf) =>
			leaf.replace(pattern, (all, number: string) => {
				const marker = markers[Number(number)];
				return marker !== undefined && isFilled(marker) ? valueIn(marker) : all;
			}),
		);
		return isDeepStrictEqual(leavesOf(format, text), wanted);
	};
	if (comesBack(() => true)) return [];
	const looked = markers.slice(0, MOST_LOOKED_AT);
	const loose = looked.filter((one) => !comesBack((marker) => marker === one));
	// Each is harmless alone, and together they are not: two names that have become one.
	return (loose.length > 0 ? loose : looked.slice(0, 1)).map(({ piece }) => piece.origin);
}

/** JSON that the template made of a whole value is meant to have structure. */
function isSubject(piece: Piece): piece is Value {
	return piece.kind === "value" && piece.raw && !(piece.value instanceof JsonText);
}

function asWritten(piece: Piece): Piece {
	return piece.kind === "value" ? asText(piece) : piece;
}

const valueIn = ({ piece }: Marker): string => String(piece.value);

interface Marking {
	readonly markers: readonly Marker[];
	readonly pattern: RegExp;
}

/** What stands for each value while the text around it is read: a word, where the format takes one there. */
function standIns<Context>(
	format: Format<Context>,
	marked: string,
	{ markers, pattern }: Marking,
): readonly string[] | undefined {
	const words = markers.map(({ text }) => text);
	if (leavesOf(format, marked) !== undefined) return words;
	try {
		const contexts = format.lex(marked, new RegExp(pattern));
		return words.map((word, index) => {
			const context = contexts.get(index);
			return context === undefined ? word : format.escape(word, context);
		});
	} catch {
		return undefined; // the author's own text, which is nobody's value
	}
}
