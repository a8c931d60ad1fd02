import { DIALECTS, type Dialect, type DotenvDialect, spell } from "./dotenv-dialect.ts";
import type { Place } from "./dotenv-place.ts";
import { Unplaceable } from "./format.ts";

/** What can keep a value out of a place, named as a person would. */
const TROUBLES: readonly (readonly [name: string, pattern: RegExp])[] = [
	["a newline", /\n/g],
	["a carriage return", /\r/g],
	["a Unicode line separator", /[\u2028\u2029]/g],
	["a single quote", /'/g],
	["a double quote", /"/g],
	["a backquote", /`/g],
	['a "$"', /\$/g],
	["a backslash", /\\/g],
	['a "#"', /#/g],
	["a blank", /(?![\n\r\u2028\u2029])[\s\u0085]/g],
	["a brace or bracket", /[()[\]{}<>]/g],
	["a character that is special there", /[^\w./:@%+,=\-'"`$\\#\s\u0085()[\]{}<>]/g],
];

/** Why the value cannot stand there, by the kind of its characters, and what the author can do. */
export function refusal(value: string, place: Place, name: DotenvDialect): Unplaceable {
	const dialect = DIALECTS[name];
	if (value.includes("\0")) {
		return new Unplaceable("has a NUL character, which no environment variable can hold", ADVICE_BINARY);
	}
	if (!value.isWellFormed()) {
		return new Unplaceable("is not well-formed Unicode, so no program reads it alike", ADVICE_BINARY);
	}
	if (place.kind === "comment") {
		return new Unplaceable(
			`has ${culprits(value, place, dialect)}, which ends a comment`,
			"take it out of the comment",
		);
	}
	const where = describe(place);
	return new Unplaceable(
		`has ${culprits(value, place, dialect)}, for which ${dialect.audience} ${dialect.readers.length > 1 ? "have no common spelling" : "has no spelling"}${where}`,
		advice(value, place, name),
	);
}

const ADVICE_BINARY = "keep it in the secret as base64 text and decode it where it is used";

function describe({ quote, isWhole }: Place): string {
	if (quote !== "") return { "'": " in single quotes", '"': " in double quotes" }[quote] ?? " in backquotes";
	return isWhole ? "" : " next to other text without quotes";
}

/** The characters without which the value could be placed; of several together, each that matters. */
function culprits(value: string, place: Place, dialect: Dialect): string {
	const fits = (text: string) => spell(text, place, dialect) !== undefined;
	if (!fits("x".repeat(value.length))) return "too many characters for a line";
	const present = TROUBLES.filter(([, pattern]) => value.search(pattern) >= 0);
	const without = (...patterns: RegExp[]) =>
		patterns.reduce((text, pattern) => text.replace(pattern, "x"), value);
	const only = (...kept: RegExp[]) =>
		without(...present.map(([, pattern]) => pattern).filter((pattern) => !kept.includes(pattern)));
	const alone = present.filter(([, pattern]) => !fits(only(pattern)));
	if (alone.length > 0) return list(alone.map(([name]) => name));
	const together = present.filter(([, a]) => present.some(([, b]) => a !== b && !fits(only(a, b))));
	return list((together.length > 0 ? together : present).map(([name]) => name));
}

function list(names: readonly string[]): string {
	return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Other quotes first, since they change nothing else; then the programs that can hold the value. */
function advice(value: string, place: Place, name: DotenvDialect): string {
	const ways: string[] = [];
	const bare = withoutQuotes(place);
	const dialect = DIALECTS[name];
	if (place.quote !== "" && place.isWhole && spell(value, bare, dialect) !== undefined) {
		return "leave the quotes away: a value without them is quoted as it needs";
	}
	const other = dialect.spellings.find(
		({ quote }) => quote !== place.quote && spell(value, withQuotes(bare, quote), dialect) !== undefined,
	);
	if (!place.isWhole && other?.quote)
		ways.push(`write the whole value between ${other.quote} and ${other.quote}`);
	const able = Object.entries(DIALECTS).filter(
		([key, { spellings }]) =>
			key !== name &&
			key !== "common" &&
			spellings.some(
				({ quote }) => spell(value, withQuotes(bare, quote), DIALECTS[key as DotenvDialect]) !== undefined,
			),
	);
	if (able.length > 0) {
		ways.push(
			`when one program alone reads the file, say which: format: ${able.map(([key]) => `dotenv:${key}`).join(" or ")}`,
		);
	}
	ways.push("choose format shell, json or yaml for this destination");
	return ways.join("; or ");
}

function withoutQuotes(place: Place): Place {
	if (place.quote === "") return place;
	const open = place.head.indexOf(place.quote);
	const close = place.tail.indexOf(place.quote);
	return {
		...place,
		quote: "",
		head: place.head.slice(0, open) + place.head.slice(open + 1),
		tail: place.tail.slice(0, close) + place.tail.slice(close + 1),
	};
}

/** The place as it would be between these quotes; the statement's comment is left out. */
function withQuotes(bare: Place, quote: string): Place {
	if (quote === "") return bare;
	const equals = bare.head.indexOf("=") + 1;
	return {
		...bare,
		quote,
		head: `${bare.head.slice(0, equals)}${quote}${bare.head.slice(equals).trimStart()}`,
		tail: `${bare.tail.replace(/[ \t]#.*$/s, "")}${quote}`,
	};
}
