import { isDeepStrictEqual } from "node:util";
import { type Format, JsonText, type Origin, type Piece } from "./format.ts";
import { leavesOf, mapLeaves, mark, type Marker } from "./marking.ts";
import { asText, namesAsText } from "./names.ts";

/** Letters that are read at most to find out: each value is looked at by itself, with the whole text around it. */
const MOST_READ = 2_000_000;

/** Letters of a text that is read at all; of a longer one the values are judged by how they look. */
const LONGEST = 250_000;

const MOST_LOOKED_AT = 50;

/** Means nothing but itself wherever it stands, quoted or not, in any of the formats. */
const PLAIN = /^[A-Za-z0-9_./:@%+=,-]*$/;

type Value = Extract<Piece, { kind: "value" }>;

/**
 * The values that stand in a text as they are, and that its readers would not get as they are: one that ends its quotes,
 * begins a line of its own, runs something, or makes the text unreadable. Where the author's own text cannot be read
 * (a heredoc, a command within a shell's file), every value that is not plain.
 *
 * @returns where they came from
 */
export function looseValues<Context>(format: Format<Context>, pieces: readonly Piece[]): readonly Origin[] {
	const marking = subjectsOf(format, pieces);
	const { marked, markers } = marking;
	if (markers.length === 0) return [];
	const suspects = markers.filter((marker) => !PLAIN.test(valueIn(marker)));
	const reading = marked.length > LONGEST ? undefined : readingOf(format, marking);
	if (reading === undefined) return originsOf(suspects);
	const comesBack = (isFilled: (marker: Marker) => boolean) => {
		const text = filled(marking, marked, (marker, index) =>
			isFilled(marker) ? valueIn(marker) : (reading.stand[index] ?? ""),
		);
		const values = (leaf: string) =>
			filled(marking, leaf, (marker) => (isFilled(marker) ? valueIn(marker) : marker.text));
		return isDeepStrictEqual(leavesOf(format, text), mapLeaves(reading.tree, values));
	};
	const refused = suspects.filter((marker) => reading.refused.has(marker));
	if (comesBack(() => true)) return originsOf(refused);
	const looked = suspects.slice(0, Math.min(MOST_LOOKED_AT, Math.floor(MOST_READ / marked.length)));
	const loose = looked.filter((one) => !comesBack((marker) => marker === one));
	const found = suspects.filter((marker) => loose.includes(marker) || refused.includes(marker));
	// Each is harmless alone, and together they are not: two names that have become one.
	return originsOf(found.length > 0 ? found : [...suspects, ...markers].slice(0, 1));
}

interface Marking {
	readonly marked: string;
	readonly markers: readonly Marker[];
	readonly pattern: RegExp;
}

/** The text with a marker for each value that has to come back. */
function subjectsOf<Context>(format: Format<Context>, pieces: readonly Piece[]): Marking {
	const quotes = new Set<string>();
	const open = pieces.flatMap((piece) => {
		if (piece.kind === "value") {
			if (!piece.raw) return [asText(piece)];
			// Where quotes of the author's own may be open, a value's are nothing but letters of it.
			return quotes.size > 0 ? [{ ...piece, raw: false }] : withinQuotes(piece);
		}
		for (const [quote] of piece.text.matchAll(/["']/g)) if (!quotes.delete(quote)) quotes.add(quote);
		return [piece];
	});
	const named = format.hasNames ? namesAsText(open) : open;
	const marking = mark(named);
	if (!marking.markers.some(({ piece }) => piece.value instanceof JsonText)) return marking;
	const contexts = contextsIn(format, marking);
	// Where the format takes JSON as it is, it is meant to have structure.
	const meant = new Set(
		marking.markers.flatMap(({ piece }, index): Piece[] => {
			const context = contexts?.get(index);
			if (!(piece.value instanceof JsonText) || context === undefined) return [];
			return format.escape(piece.value, context) === piece.value.source ? [piece] : [];
		}),
	);
	return mark(named.map((piece) => (meant.has(piece) ? asText(piece) : piece)));
}

/** A value that brings its own quotes, as `printf "%q"` gives it, is what stands between them. */
function withinQuotes(piece: Value): readonly Piece[] {
	const { value } = piece;
	const bare = { ...piece, raw: false };
	const [, quote, inner] = typeof value === "string" ? (/^(["'])([^"'\\]*)\1$/.exec(value) ?? []) : [];
	if (quote === undefined || inner === undefined) return [bare];
	const text = { kind: "text", text: quote } as const;
	return [text, { ...bare, value: inner }, text];
}

interface Reading {
	/** What stands for each value while the text around it is read. */
	readonly stand: readonly string[];
	/** What the text says then, as the format's parser gives it. */
	readonly tree: unknown;
	/** Those at places for which the format has no spelling of a value: within a command, for one. */
	readonly refused: ReadonlySet<Marker>;
}

/** @returns `undefined` where the author's own text cannot be read */
function readingOf<Context>(format: Format<Context>, marking: Marking): Reading | undefined {
	const contexts = contextsIn(format, marking);
	if (contexts === undefined) return undefined;
	const spelled = marking.markers.map(({ text }, index) => spelling(format, text, contexts.get(index)));
	const words = marking.markers.map(({ text }) => text);
	const refused = new Set(marking.markers.filter((_, index) => spelled[index] === undefined));
	const bare = parsed(format, marking.marked);
	if (bare !== undefined) return { stand: words, tree: bare, refused };
	// A word alone may be nothing that the format takes there.
	const stand = words.map((word, index) => spelled[index] ?? word);
	const tree = parsed(
		format,
		filled(marking, marking.marked, (_, index) => stand[index] ?? ""),
	);
	return tree === undefined ? undefined : { stand, tree, refused };
}

function spelling<Context>(
	format: Format<Context>,
	word: string,
	context: Context | undefined,
): string | undefined {
	try {
		return context === undefined ? undefined : format.escape(word, context);
	} catch {
		return undefined;
	}
}

function parsed<Context>(format: Format<Context>, text: string): unknown {
	try {
		return format.parse(text);
	} catch {
		return undefined;
	}
}

/** @returns `undefined` where the author's own text cannot be read */
function contextsIn<Context>(
	format: Format<Context>,
	{ marked, pattern }: Marking,
): ReadonlyMap<number, Context> | undefined {
	try {
		return format.lex(marked, new RegExp(pattern));
	} catch {
		return undefined;
	}
}

function filled(
	{ markers, pattern }: Marking,
	text: string,
	spell: (marker: Marker, index: number) => string,
): string {
	return text.replace(pattern, (all, number: string) => {
		const marker = markers[Number(number)];
		return marker === undefined ? all : spell(marker, Number(number));
	});
}

const valueIn = ({ piece }: Marker): string => String(piece.value);

function originsOf(markers: readonly Marker[]): readonly Origin[] {
	return markers.slice(0, MOST_LOOKED_AT).map(({ piece }) => piece.origin);
}
