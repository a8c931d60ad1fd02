import { isDeepStrictEqual } from "node:util";
import { COMPOSE_READER } from "./dotenv-compose.ts";
import { DOCKER_READER } from "./dotenv-docker.ts";
import { NODE_READERS } from "./dotenv-node.ts";
import type { Grammar, Place } from "./dotenv-place.ts";
import { PYTHON_READERS } from "./dotenv-python.ts";
import type { Reader } from "./dotenv-reader.ts";
import { SH_READER } from "./dotenv-sh.ts";

/** The programs for which an env file is written; `common` is for all of them but docker's own `--env-file`. */
export type DotenvDialect = "common" | "compose" | "python" | "node" | "docker";

/** One way to write a text between these quotes, or between none. */
interface Spelling {
	readonly quote: string;
	readonly write: (value: string) => string;
}

export interface Dialect {
	/** Programs that must all read a value alike. */
	readonly readers: readonly Reader[];
	/** The same, for people. */
	readonly audience: string;
	readonly grammar: Grammar;
	/** Ways to write a value, plainest first. */
	readonly spellings: readonly Spelling[];
}

const asIs = (quote: string): Spelling => ({ quote, write: (value) => value });
const backslashed = (quote: string, escapable: RegExp): Spelling => ({
	quote,
	write: (value) => value.replace(escapable, "\\$&"),
});

export const DIALECTS: Readonly<Record<DotenvDialect, Dialect>> = {
	common: {
		readers: [SH_READER, COMPOSE_READER, ...PYTHON_READERS, ...NODE_READERS],
		audience: "sh, docker compose, python-dotenv and Node",
		grammar: { quotes: `'"`, escaping: '"', hasInlineComments: true },
		spellings: [asIs(""), asIs("'"), asIs('"')],
	},
	compose: {
		readers: [COMPOSE_READER],
		audience: "docker compose",
		grammar: { quotes: `'"`, escaping: `'"`, hasInlineComments: true },
		spellings: [
			{ quote: "", write: (value) => value.replaceAll("$", "$$$$") },
			backslashed("'", /'/g),
			backslashed('"', /[\\"$]/g),
		],
	},
	python: {
		readers: PYTHON_READERS,
		audience: "python-dotenv",
		grammar: { quotes: `'"`, escaping: `'"`, hasInlineComments: true },
		spellings: [
			asIs(""),
			asIs("'"),
			backslashed("'", /[\\']/g),
			asIs('"'),
			{ quote: '"', write: (value) => value.replace(/[\\"]/g, "\\$&").replaceAll("\r", "\\r") },
		],
	},
	node: {
		readers: NODE_READERS,
		audience: "Node and dotenv for Node",
		grammar: { quotes: `'"\``, escaping: "", hasInlineComments: true },
		spellings: [asIs(""), asIs("'"), asIs('"'), asIs("`")],
	},
	docker: {
		readers: [DOCKER_READER],
		audience: "docker run --env-file",
		grammar: { quotes: "", escaping: "", hasInlineComments: false },
		spellings: [asIs("")],
	},
};

/** Characters that need no quotes anywhere, not even after `export` in a shell. */
const LONGEST_PLAIN = 4096;
const PLAIN = /^[\w./:@%+,=-]*$/;

/**
 * The plainest way to write the value in this place that every reader of the dialect reads back as it was.
 *
 * Nothing is taken on trust: each candidate is put into its statement and read by all readers.
 *
 * @returns `undefined` when there is none
 */
export function spell(value: string, place: Place, dialect: Dialect): string | undefined {
	if (value.includes("\0") || !value.isWellFormed()) return undefined; // no environment variable can hold these
	const isBareWhole = place.kind === "value" && place.quote === "" && place.isWhole;
	if (isBareWhole && value !== "" && value.length <= LONGEST_PLAIN && PLAIN.test(value)) return value; // read back with the whole text in any case
	return candidates(value, place, dialect).find((text) => isReadBack(text, { value, place, dialect }));
}

function candidates(value: string, place: Place, dialect: Dialect): string[] {
	if (place.kind === "comment") return [value];
	const withQuote = (spelling: Spelling) => `${spelling.quote}${spelling.write(value)}${spelling.quote}`;
	if (place.quote === "" && place.isWhole) {
		const quoted = dialect.spellings.filter(({ quote }) => quote !== "").map(withQuote);
		const bare = dialect.spellings.filter(({ quote }) => quote === "").map(withQuote);
		return value === "" ? [...bare, ...quoted] : [...quoted, ...bare];
	}
	return dialect.spellings.filter(({ quote }) => quote === place.quote).map(({ write }) => write(value));
}

interface Question {
	readonly value: string;
	readonly place: Place;
	readonly dialect: Dialect;
}

function isReadBack(text: string, { value, place, dialect }: Question): boolean {
	const filled = (part: string) => part.replaceAll(place.marker, () => value);
	try {
		return dialect.readers.every(({ read }) => {
			const expected = read(statement(place.marker, place)).map((pair) => pair.map(filled));
			return isDeepStrictEqual(read(statement(text, place)), expected);
		});
	} catch (error) {
		if (error instanceof SyntaxError) return false;
		throw error;
	}
}

/** Other quotes follow, since a quote that the value opens or leaves open may only show there. */
function statement(text: string, { head, tail, key }: Place): string {
	return `${head}${text}${tail}\n${key}_1='1'\n${key}_2="1"\n# ' " \`\n`;
}
