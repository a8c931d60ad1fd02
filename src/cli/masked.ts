import type { OpenPiece } from "../template/mod.ts";

/** What stands for a value: always the same, so that not even its length is told. */
const MASK = "••••";

/** The rendered text with every value masked. The port of a child that is not there yet stands as it was written. */
export function maskedText(pieces: readonly OpenPiece[]): string {
	return pieces.map(shown).join("");
}

function shown(piece: OpenPiece): string {
	switch (piece.kind) {
		case "text":
			return piece.text;
		case "value":
			return MASK;
		case "port":
			return "{{port}}";
		default:
			return piece satisfies never;
	}
}

/** One line of a masked diff. */
export interface DiffLine {
	readonly sign: " " | "+" | "-" | "~";
	readonly text: string;
}

/**
 * Compares texts line by line, values masked. The old text holds old values, which nobody can tell from the
 * author's words any more: of a line that is going only the part is shown that the new text has in the open.
 */
export function maskedDiff(
	before: string,
	after: { readonly text: string; readonly masked: string },
): DiffLine[] {
	const oldLines = linesOf(before);
	const newLines = linesOf(after.text);
	const maskedLines = linesOf(after.masked);
	// A value of several lines makes more lines than its mask; such texts are compared as a whole.
	if (newLines.length !== maskedLines.length) return wholeDiff(before === after.text, maskedLines);
	const unmatched = new Set(oldLines.keys());
	const isOld = newLines.map((line) => {
		const found = [...unmatched].find((index) => oldLines[index] === line);
		if (found !== undefined) unmatched.delete(found);
		return found !== undefined;
	});
	const lines: DiffLine[] = newLines.map((_line, index) => {
		const text = maskedLines[index] ?? "";
		if (isOld[index]) return { sign: " ", text };
		const head = openPart(text);
		const replaced = head !== "" && [...unmatched].find((old) => oldLines[old]?.startsWith(head));
		if (typeof replaced !== "number") return { sign: "+", text };
		unmatched.delete(replaced);
		return { sign: "~", text };
	});
	return [...lines, ...[...unmatched].map((): DiffLine => ({ sign: "-", text: MASK }))];
}

/** A newline ends the last line; it begins no further one. */
function linesOf(text: string): string[] {
	return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function wholeDiff(isSame: boolean, maskedLines: readonly string[]): DiffLine[] {
	return maskedLines.map((text) => ({ sign: isSame ? " " : "~", text }));
}

/** What stands before the first value. */
function openPart(masked: string): string {
	return masked.slice(0, Math.max(0, masked.indexOf(MASK)));
}
