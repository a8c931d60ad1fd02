import { isDeepStrictEqual } from "node:util";
import { AgentError } from "../../kernel/mod.ts";
import { FormatError } from "./errors.ts";
import { type Format, JsonText, type Piece, type Scalar, Unplaceable } from "./format.ts";
import { leavesOf, mapLeaves, mark, type Marker } from "./marking.ts";
import { asText, namesAsText, refusedName } from "./names.ts";

/** Each is written, and looked for in what was read back. */
const MOST_VALUES = 10_000;

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
	const named = format.hasNames ? namesAsText(pieces) : pieces;
	const { marked, markers, pattern } = mark(named);
	if (markers.length === 0) return marked;
	if (markers.length > MOST_VALUES) {
		const reason = `it has more than ${MOST_VALUES} values; toJSON, toYAML and join make one of many`;
		throw FormatError.malformed(options.name, options.file, reason);
	}

	const contexts = contextsOf(format, { marked, pattern, named, options });
	const bare = bareJson(format, markers, contexts);
	// JSON that stands bare is text like the author's own: well-formed by its making, and read back with the rest.
	if (bare.size > 0)
		return finish(
			format,
			named.map((piece) => (bare.has(piece) ? asText(piece) : piece)),
			options,
		);
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
	const final = fill(valueIn);
	const probe = wellFormed(options, () => format.parse(fill((marker) => marker.text)));
	/** Whether the text comes back unchanged when only these markers have been replaced by their values. */
	const comesBack = (filled: ReadonlySet<Marker>) => {
		const text = filled.size === markers.length ? final : fill((m) => (filled.has(m) ? valueIn(m) : m.text));
		const restored = mapLeaves(probe, (leaf) =>
			leaf.replace(pattern, (all, number: string) => {
				const marker = markers[Number(number)];
				return marker !== undefined && filled.has(marker) ? String(valueIn(marker)) : all;
			}),
		);
		return isDeepStrictEqual(leavesOf(format, text), restored);
	};
	if (comesBack(new Set(markers))) return final;
	throw FormatError.unplaceable(
		culprit(markers, comesBack).piece.origin,
		`does not come back unchanged from ${options.name}`,
		"put it in quotes, or choose another format for this destination",
	);
}

interface Marked {
	readonly marked: string;
	readonly pattern: RegExp;
	readonly named: readonly Piece[];
	readonly options: FinishOptions;
}

function contextsOf<Context>(
	format: Format<Context>,
	{ marked, pattern, named, options }: Marked,
): ReadonlyMap<number, Context> {
	try {
		return wellFormed(options, () => format.lex(marked, new RegExp(pattern)));
	} catch (error) {
		const origin = format.hasNames && error instanceof FormatError ? refusedName(named) : undefined;
		if (origin === undefined) throw error;
		throw FormatError.unplaceable(
			origin,
			"is no name that a variable can have",
			"write the name in the template, or rename the field in Vault: letters, digits and _, no digit first",
		);
	}
}

function bareJson<Context>(
	format: Format<Context>,
	markers: readonly Marker[],
	contexts: ReadonlyMap<number, Context>,
): ReadonlySet<Piece> {
	const isBare = ({ piece }: Marker, index: number) => {
		const context = contexts.get(index);
		const { value } = piece;
		return (
			value instanceof JsonText && context !== undefined && format.escape(value, context) === value.source
		);
	};
	return new Set(markers.filter(isBare).map(({ piece }) => piece));
}

const valueIn = (marker: Marker): Scalar => marker.piece.value;

function place(marker: Marker, escape: () => string): string {
	const { value, origin } = marker.piece;
	if (typeof value === "string" && !value.isWellFormed()) {
		throw FormatError.unplaceable(
			origin,
			"is not well-formed Unicode and cannot be written to a file",
			"store it base64-encoded",
		);
	}
	try {
		return escape();
	} catch (error) {
		if (!(error instanceof Unplaceable)) throw error;
		throw FormatError.unplaceable(origin, error.message, error.advice);
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

/**
 * The first value that does not come back when those before it do: found by halving, because a value may be
 * harmless alone and collide with another.
 */
function culprit(markers: readonly Marker[], comesBack: (filled: ReadonlySet<Marker>) => boolean): Marker {
	let good = 0;
	let bad = markers.length;
	while (bad - good > 1) {
		const middle = (good + bad) >> 1;
		if (comesBack(new Set(markers.slice(0, middle)))) good = middle;
		else bad = middle;
	}
	const found = markers[bad - 1];
	if (found === undefined) throw new RangeError("Cannot blame a value: there is none");
	return found;
}
