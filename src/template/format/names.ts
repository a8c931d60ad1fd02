import type { Origin, Piece } from "./format.ts";

/** What stands before a name at the beginning of a line. */
const LINE_START = /(?:^|\n)[ \t]*(?:export[ \t]+)?$/;

/** POSIX 3.216: what a shell, and every reader of env files, takes for a name. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The pieces with every value that is written as `{{name}}=…` at the beginning of a line turned into text, when it
 * is an identifier. Letters, digits and `_` before a `=` mean nothing but a name anywhere, quotes included.
 */
export function namesAsText(pieces: readonly Piece[]): readonly Piece[] {
	const joined = joinTexts(pieces);
	return joined.map((piece, index) =>
		piece.kind === "value" && isNamePlace(joined, index) && NAME.test(String(piece.value))
			? { kind: "text", text: String(piece.value) }
			: piece,
	);
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

/** Where the first value comes from that stands for a name and cannot be one. */
export function refusedName(pieces: readonly Piece[]): Origin | undefined {
	const joined = joinTexts(pieces);
	const found = joined.find((piece, index) => piece.kind === "value" && isNamePlace(joined, index));
	return found?.kind === "value" ? found.origin : undefined;
}

function isNamePlace(pieces: readonly Piece[], index: number): boolean {
	const after = pieces[index + 1];
	if (after?.kind !== "text" || !after.text.startsWith("=")) return false;
	const before = pieces[index - 1];
	if (before === undefined) return true;
	if (before.kind !== "text") return false;
	// The start of a text is the start of a line only where nothing stands before it.
	return LINE_START.test(index === 1 ? before.text : `x${before.text}`);
}
