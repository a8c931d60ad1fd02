import { randomBytes } from "node:crypto";
import type { Format, Piece } from "./format.ts";

/** One marker: letters and digits alone, so that no lexer of any format sees more in it than a word. */
export interface Marker {
	readonly text: string;
	readonly piece: Extract<Piece, { kind: "value" }>;
}

/** Puts a marker in the place of each value that is to be escaped. */
export function mark(pieces: readonly Piece[]): {
	marked: string;
	markers: readonly Marker[];
	pattern: RegExp;
} {
	const nonce = `KT${randomBytes(12).toString("hex")}`;
	const markers: Marker[] = [];
	const texts = pieces.map((piece) => {
		if (piece.kind === "text") return piece.text;
		if (piece.raw) return String(piece.value);
		const text = `${nonce}x${markers.length}z`;
		markers.push({ text, piece });
		return text;
	});
	return { marked: texts.join(""), markers, pattern: new RegExp(`${nonce}x(\\d+)z`, "g") };
}

/** A text that no longer parses is a value that broke out, whatever the parser says. */
export function leavesOf<Context>(format: Format<Context>, text: string): unknown {
	try {
		return mapLeaves(format.parse(text), (leaf) => leaf);
	} catch {
		return undefined;
	}
}

/**
 * The tree with every leaf as text: what was written bare comes back as number or boolean, with the same
 * spelling. Objects become sorted entries, so that a key made of digits, which JavaScript moves to the
 * front, stays equal, and two keys that have become one do not.
 */
export function mapLeaves(node: unknown, change: (leaf: string) => string): unknown {
	if (Array.isArray(node)) return node.map((item) => mapLeaves(item, change));
	if (typeof node === "object" && node !== null && Object.getPrototypeOf(node) === Object.prototype) {
		const entries = Object.entries(node).map(([key, item]) => ({
			key: change(key),
			item: mapLeaves(item, change),
		}));
		return { entries: entries.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))) };
	}
	return change(String(node));
}
