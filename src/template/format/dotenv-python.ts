import type { Pair, Reader } from "./dotenv-reader.ts";

/** Python's `str.isspace`, newline aside. */
const BLANK = "[\\t\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const SPACE = `(?:\\n|${BLANK})`;

const LEAD = new RegExp(`${SPACE}*`, "y");
const NAME = new RegExp(`(?:export${BLANK}+)?(?:'([^']+)'|((?![#'])(?:(?!${SPACE})[^=#])+))${BLANK}*`, "y");
const EQUALS = new RegExp(`=(${BLANK}*)`, "y");
const LINE = /[^\n]*/y;
const END = new RegExp(`(?:${BLANK}*#[^\\n]*)?${BLANK}*(?:\\n|$)`, "y");
/** Both look at each run of blanks from its beginning alone: from each blank in it, a long run would take minutes. */
const INLINE_COMMENT = new RegExp(`(?<!${SPACE})${SPACE}+#.*`, "s");
const TRAILING = new RegExp(`(?<!${SPACE})${SPACE}+$`);
/** With what only begins like a variable: what lies in it begins none either, and is not looked at again. */
const VARIABLE = /\$\{([^}:]*)(?::-([^}]*))?(\})?/g;

const ESCAPES: ReadonlyMap<string, string> = new Map(
	Object.entries({
		a: "\x07",
		b: "\b",
		f: "\f",
		n: "\n",
		r: "\r",
		t: "\t",
		v: "\v",
		"\\": "\\",
		"'": "'",
		'"': '"',
	}),
);

/** What changed between releases. */
interface Release {
	readonly name: string;
	/** A quoted value, quotes included. */
	readonly quoted: Readonly<Record<"'" | '"', RegExp>>;
	/** `KEY= # x` is an empty value and a comment. */
	readonly commentAfterEquals: boolean;
	readonly skipsByteOrderMark: boolean;
}

/** 1.0 and 1.1: `\\'` does not end a quoted value, although the backslash is itself escaped. */
const OLD: Release = {
	name: "python-dotenv 1.0",
	quoted: { "'": /'((?:\\'|[^'])*)'/y, '"': /"((?:\\"|[^"])*)"/y },
	commentAfterEquals: false,
	skipsByteOrderMark: false,
};

const NEW: Release = {
	name: "python-dotenv",
	quoted: { "'": /'((?:\\.|[^'\\])*)'/sy, '"': /"((?:\\.|[^"\\])*)"/sy },
	commentAfterEquals: true,
	skipsByteOrderMark: true,
};

/** A text and how far it has been read. */
class Cursor {
	at = 0;
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}

	take(pattern: RegExp): RegExpExecArray | undefined {
		pattern.lastIndex = this.at;
		const match = pattern.exec(this.text);
		if (match !== null) this.at = pattern.lastIndex;
		return match ?? undefined;
	}

	peek(): string {
		return this.text.charAt(this.at);
	}
}

/** The value after `=`; `undefined` when the line is an error, which python-dotenv skips with a warning. */
function value(cursor: Cursor, release: Release): string | undefined {
	const quote = cursor.peek();
	if (quote !== "'" && quote !== '"') {
		return (cursor.take(LINE)?.[0] ?? "").replace(INLINE_COMMENT, "").replace(TRAILING, "");
	}
	const body = cursor.take(release.quoted[quote])?.[1];
	const escapes = quote === "'" ? /\\[\\']/g : /\\[\\'"abfnrtv]/g;
	return body?.replace(escapes, (escape) => ESCAPES.get(escape.charAt(1)) ?? escape);
}

/** One line: a variable, `undefined` for a comment or a bare name, `false` for an error. */
function binding(cursor: Cursor, release: Release): Pair | undefined | false {
	let pair: Pair | undefined;
	if (cursor.peek() !== "#") {
		const name = cursor.take(NAME);
		if (name === undefined) return false;
		const equals = cursor.take(EQUALS);
		if (equals !== undefined) {
			const isComment = release.commentAfterEquals && equals[1] !== "" && cursor.peek() === "#";
			const text = isComment ? "" : value(cursor, release);
			if (text === undefined) return false;
			pair = [name[1] ?? name[2] ?? "", text];
		}
	}
	return cursor.take(END) === undefined ? false : pair;
}

/**
 * `${NAME}` and `${NAME:-default}` are replaced in every value, single-quoted ones too, and nothing escapes
 * them. Variables of the environment are unknown here and count as unset.
 */
function interpolate(pairs: readonly Pair[]): Pair[] {
	const known = new Map<string, string>();
	return pairs.map(([key, text]) => {
		const result = text.replace(
			VARIABLE,
			(all: string, ...[name = "", fallback, end]: readonly (string | undefined)[]) =>
				end === undefined ? all : (known.get(name) ?? fallback ?? ""),
		);
		known.set(key, result);
		return [key, result];
	});
}

function reader(release: Release): Reader {
	const read = (source: string) => {
		const text = release.skipsByteOrderMark ? source.replace(/^\ufeff/, "") : source;
		const cursor = new Cursor(text.replaceAll(/\r\n?/g, "\n")); // Python opens files with universal newlines
		const pairs: Pair[] = [];
		for (;;) {
			cursor.take(LEAD);
			if (cursor.at >= cursor.text.length) return interpolate(pairs);
			const pair = binding(cursor, release);
			if (pair) pairs.push(pair);
			else if (pair === false) cursor.take(/[^\n]*\n?/y);
		}
	};
	return { name: release.name, read };
}

/**
 * python-dotenv, the release before and the release after backslashes changed (1.2), since programs pin
 * either.
 */
export const PYTHON_READERS: readonly Reader[] = [reader(OLD), reader(NEW)];
