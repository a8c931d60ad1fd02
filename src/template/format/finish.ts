import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { AgentError } from "../../kernel/mod.ts";
import { FormatError } from "./errors.ts";
import { type Format, type Piece, type Scalar, Unplaceable } from "./format.ts";

/** One marker: letters and digits alone, so that no lexer of any format sees more in it than a word. */
interface Marker {
	readonly text: string;
	readonly piece: Extract<Piece, { kind: "value" }>;
}

/** Settings of {@link finish}. */
export interface FinishOptions {
	/** Format name, for messages. */
	readonly name: string;
	/** Template file, for messages. */
	readonly file: string;
}

/**
 * Joins a rendered template into its final text, with every value escaped for the place where it stands.
 *
 * Each value is put in as an unguessable marker, the format's lexer tells the context of every marker, the
 * values are escaped for their contexts, and the finished text is read back by the format's own parser:
 * every value must come back byte for byte and nothing else may have changed.
 *
 * @throws FormatError naming path and field, never a value
 */
export function finish<Context>(
	format: Format<Context>,
	pieces: readonly Piece[],
	options: FinishOptions,
): string {
	const nonce = `KT${randomBytes(12).toString("hex")}`;
	const pattern = new RegExp(`${nonce}x(\\d+)z`, "g");
	const markers: Marker[] = [];
	let marked = "";
	for (const piece of pieces) {
		if (piece.kind === "text") marked += piece.text;
		else if (piece.raw) marked += String(piece.value);
		else {
			const text = `${nonce}x${markers.length}z`;
			markers.push({ text, piece });
			marked += text;
		}
	}
	if (markers.length === 0) return marked;

	const contexts = wellFormed(options, () => format.lex(marked, pattern));
	const fill = (valueOf: (marker: Marker) => Scalar) =>
		marked.replace(pattern, (_all, number: string) => {
			const index = Number(number);
			const marker = markers[index];
			const context = contexts.get(index);
			if (marker === undefined || context === undefined) {
				throw new RangeError(`Cannot place marker ${index}: the lexer gave it no context`);
			}
			return place(marker, () => format.escape(valueOf(marker), context));
		});
	const final = fill((marker) => marker.piece.value);
	const probe = fill((marker) => marker.text);
	check(format, { final, probe, markers, pattern, options });
	return final;
}

function place(marker: Marker, escape: () => string): string {
	try {
		return escape();
	} catch (error) {
		if (!(error instanceof Unplaceable)) throw error;
		throw FormatError.unplaceable(marker.piece.origin, error.message, error.advice);
	}
}

function wellFormed<T>(options: FinishOptions, read: () => T): T {
	try {
		return read();
	} catch (error) {
		if (error instanceof AgentError || !(error instanceof SyntaxError)) throw error;
		throw FormatError.malformed(options.name, options.file, error.message);
	}
}

interface Check {
	readonly final: string;
	readonly probe: string;
	readonly markers: readonly Marker[];
	readonly pattern: RegExp;
	readonly options: FinishOptions;
}

/** Reads both texts back: the one with values must be the one with markers, markers replaced by values. */
function check<Context>(format: Format<Context>, { final, probe, markers, pattern, options }: Check): void {
	const expected = wellFormed(options, () => format.parse(probe));
	const value = (number: string) => String(markers[Number(number)]?.piece.value);
	const restored = mapLeaves(expected, (leaf) => leaf.replace(pattern, (_all, number: string) => value(number)));
	let actual: unknown;
	try {
		actual = mapLeaves(format.parse(final), (leaf) => leaf);
	} catch {
		actual = undefined; // a text that no longer parses is a value that broke out, whatever the parser says
	}
	if (isDeepStrictEqual(actual, restored)) return;
	const origin = markers[0]?.piece.origin;
	if (origin === undefined) return;
	throw FormatError.unplaceable(
		origin,
		`does not come back unchanged from ${options.name}`,
		"put it in quotes, or choose another format for this destination",
	);
}

/** The tree with every leaf as text: what was written bare comes back as number or boolean, with the same spelling. */
function mapLeaves(node: unknown, change: (leaf: string) => string): unknown {
	if (Array.isArray(node)) return node.map((item) => mapLeaves(item, change));
	if (typeof node === "object" && node !== null && Object.getPrototypeOf(node) === Object.prototype) {
		return Object.entries(node).map(([key, item]) => [change(key), mapLeaves(item, change)]);
	}
	return change(String(node));
}
