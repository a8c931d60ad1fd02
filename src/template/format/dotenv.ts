import { DIALECTS, type DotenvDialect, spell } from "./dotenv-dialect.ts";
import { type Place, places } from "./dotenv-place.ts";
import { plainPairs } from "./dotenv-plain.ts";
import type { Pair, Reader } from "./dotenv-reader.ts";
import { refusal } from "./dotenv-refusal.ts";
import type { Format } from "./format.ts";

/**
 * Env files, for the programs of one dialect.
 *
 * There is no standard: the same line means different things to sh, docker compose, python-dotenv and Node.
 * So a value is written in the plainest form that all programs of the dialect read back as it was, and
 * refused where there is none. Parsed back are the variables as each program sees them.
 */
export function dotenvFormat(name: DotenvDialect): Format<Place> {
	const dialect = DIALECTS[name];
	const plain = remembered(plainPairs);
	/** A text is read once by each program, though it is looked at as template, as probe and as result. */
	const readers = dialect.readers.map(
		(reader): Reader => ({
			name: reader.name,
			read: remembered((text) => plain(text) ?? reader.read(text)),
		}),
	);
	return {
		hasNames: true,
		lex: (text, markers) => {
			const found = places(text, markers, dialect.grammar);
			refuseQuotes(found.values(), name);
			for (const reader of readers) agree(reader, { found, pairs: reader.read(text), markers });
			return found;
		},
		escape: (value, place) => {
			const text = spell(String(value), place, dialect);
			if (text === undefined) throw refusal(String(value), place, name);
			return text;
		},
		parse: (text) =>
			Object.fromEntries(readers.map(({ name: program, read }) => [program, read(text).toSorted(byName)])),
	};
}

/** docker takes quotes for a part of the value, which is hardly ever what the author of the template meant. */
function refuseQuotes(found: Iterable<Place>, name: DotenvDialect): void {
	if (name !== "docker") return;
	for (const { head, tail, line } of found) {
		const quote = /^\s*[^=\s]+=(["'])/.exec(head)?.[1];
		if (quote !== undefined && tail.endsWith(quote)) {
			throw new SyntaxError(
				`line ${line} has quotes, which docker run --env-file takes for a part of the value`,
			);
		}
	}
}

interface Reading {
	readonly found: ReadonlyMap<number, Place>;
	readonly pairs: readonly Pair[];
	readonly markers: RegExp;
}

/** Every program must see each marker where the lexer saw it: in the value of that variable, or not at all. */
function agree(reader: Reader, { found, pairs, markers }: Reading): void {
	const seen = new Map<number, string>();
	for (const [key, value] of pairs) {
		for (const [, number] of key.matchAll(markers)) seen.set(Number(number), "");
		for (const [, number] of value.matchAll(markers)) seen.set(Number(number), key);
	}
	for (const [number, { key, kind, line }] of found) {
		if (seen.get(number) === (kind === "comment" ? undefined : key)) continue;
		throw new SyntaxError(
			`${reader.name} reads line ${line} in a way of its own; KEY=value on one line is read alike`,
		);
	}
}

/** Some programs keep no order, so none is compared; of a name that stands twice the order stays. */
function byName([a]: Pair, [b]: Pair): number {
	return a < b ? -1 : Number(a > b);
}

/** The same function, which works each text out once. */
function remembered<T>(read: (text: string) => T): (text: string) => T {
	const known = new Map<string, { readonly result: T }>();
	return (text) => {
		const { result } = known.get(text) ?? { result: read(text) };
		known.set(text, { result });
		return result;
	};
}
