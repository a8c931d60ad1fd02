import type { Origin, Piece } from "./format.ts";

/** What stands before a name at the beginning of a line; group 1 is how the name begins. */
const LINE_START = /(?:^|\n)[ \t]*(?:export[ \t]+)?(\w*)$/;

/** POSIX 3.216: what a shell, and every reader of env files, takes for a name. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A name at the beginning of a line, `{{x}}=` or `A_{{x}}_B=`: the pieces that it is made of. */
interface ComposedName {
	/** Index of the first and the last value in it. */
	readonly first: number;
	readonly last: number;
	readonly text: string;
}

/**
 * The pieces with every value that stands in a name at the beginning of a line turned into text, when the whole is
 * an identifier. Letters, digits and `_` before a `=` mean nothing but a name anywhere, quotes included.
 */
export function namesAsText(pieces: readonly Piece[]): readonly Piece[] {
	const joined = joinTexts(pieces);
	const names = [...composedNames(joined)].filter(({ text }) => NAME.test(text));
	const inNames = new Set(names.flatMap(({ first, last }) => joined.slice(first, last + 1)));
	return joined.map((piece) => (inNames.has(piece) ? asText(piece) : piece));
}

/** Where the first value comes from that stands in a name and makes it none. */
export function refusedName(pieces: readonly Piece[]): Origin | undefined {
	const joined = joinTexts(pieces);
	for (const { first, last, text } of composedNames(joined)) {
		if (NAME.test(text)) continue;
		const values = joined.slice(first, last + 1).filter((piece) => piece.kind === "value");
		return (values.find((value) => !/^\w+$/.test(String(value.value))) ?? values[0])?.origin;
	}
	return undefined;
}

/** Neighbouring texts as one, so that what stands next to a value is seen whole. */
function joinTexts(pieces: readonly Piece[]): readonly Piece[] {
	const joined: Piece[] = [];
	for (const piece of pieces) {
		const last = joined.at(-1);
		if (piece.kind === "text" && last?.kind === "text") {
			joined[joined.length - 1] = { kind: "text", text: last.text + piece.text };
		} else if (piece.kind === "value" || piece.text !== "") joined.push(piece);
	}
	return joined;
}

function* composedNames(pieces: readonly Piece[]): Generator<ComposedName> {
	for (let first = 0; first < pieces.length; first++) {
		if (pieces[first]?.kind !== "value") continue;
		const opening = openingOf(pieces[first - 1], first === 1);
		if (opening === undefined) continue;
		const name = closeName(pieces, first, opening);
		if (name !== undefined) yield name;
	}
}

/** How the name begins in the text before the value; `undefined` when that is not the beginning of a line. */
function openingOf(before: Piece | undefined, isFirstText: boolean): string | undefined {
	if (before === undefined) return "";
	if (before.kind !== "text") return undefined;
	// The start of a text is the start of a line only where nothing stands before it.
	return LINE_START.exec(isFirstText ? before.text : `-${before.text}`)?.[1];
}

/** Follows values and word characters up to the `=`. */
function closeName(pieces: readonly Piece[], first: number, opening: string): ComposedName | undefined {
	let text = opening;
	for (let index = first; index < pieces.length; index++) {
		const piece = pieces[index];
		if (piece?.kind === "value") {
			text += String(piece.value);
			continue;
		}
		const [, rest = "", equals] = /^(\w*)(=?)/.exec(piece?.text ?? "") ?? [];
		if (equals === "=") return { first, last: index - 1, text: text + rest };
		if (rest.length !== piece?.text.length) return undefined;
		text += rest;
	}
	return undefined;
}

/** The piece as a part of the author's text. */
export function asText(piece: Piece): Piece {
	return piece.kind === "text" ? piece : { kind: "text", text: String(piece.value) };
}
