/** Where a marker stands in an env file. */
export interface Place {
	readonly kind: "value" | "comment";
	/** The author's quote around the marker; empty for none. */
	readonly quote: string;
	/** Whether the marker is all that the author wrote as the value, or between the quotes. */
	readonly isWhole: boolean;
	/** Name of the variable; empty in a comment. */
	readonly key: string;
	/** The statement up to the marker: enough, with {@link tail}, to be read on its own. */
	readonly head: string;
	/** The marker itself. */
	readonly marker: string;
	/** The statement after the marker, without its line end. */
	readonly tail: string;
	/** Line in the rendered text, 1-based. */
	readonly line: number;
}

/** How a dialect divides a file into statements. */
export interface Grammar {
	/** Characters that may enclose a value. */
	readonly quotes: string;
	/** Quotes in which a backslash hides the next character from the search for the end. */
	readonly escaping: string;
	/** Whether ` #` in a line begins a comment; a line that starts with `#` always is one. */
	readonly hasInlineComments: boolean;
}

/** A stretch of the text that is a value, with its quotes, or a comment. */
interface Region {
	readonly kind: "value" | "comment";
	readonly key: string;
	readonly quote: string;
	readonly start: number;
	readonly end: number;
}

interface Statement {
	readonly start: number;
	readonly end: number;
	readonly key: string;
	readonly regions: readonly Region[];
}

/** Each value is tried in its whole statement: the time grows with the square of their number. */
const MOST_IN_ONE = 200;

const ASSIGNMENT = /(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*/y;

/**
 * Finds the place of every marker, by marker number.
 *
 * @throws SyntaxError when a marker stands where no value or comment is, such as in the name of a variable
 */
export function places(text: string, markers: RegExp, grammar: Grammar): Map<number, Place> {
	const statements = [...divide(text, grammar)];
	const lastOf = new Map(statements.map((statement) => [statement.key, statement]));
	const found = new Map<number, Place>();
	let line = 1;
	let counted = 0;
	let index = 0;
	let count = 0;
	for (const match of text.matchAll(markers)) {
		line += text.slice(counted, match.index).split("\n").length - 1;
		counted = match.index;
		for (; (statements[index]?.end ?? text.length) <= match.index; index++) count = 0;
		if (++count > MOST_IN_ONE)
			throw new SyntaxError(
				`line ${line} has more than ${MOST_IN_ONE} values in one variable; join makes one`,
			);
		const statement = statements[index];
		const region = statement?.regions.find(({ start, end }) => start <= match.index && match.index < end);
		if (statement === undefined || region === undefined) {
			throw new SyntaxError(`line ${line} has a value where no variable's value and no comment is`);
		}
		if (region.kind === "value" && lastOf.get(statement.key) !== statement) {
			throw new SyntaxError(`line ${line} sets a variable that is set again further down`);
		}
		found.set(Number(match[1]), placeIn({ text, statement, region, line, match }));
	}
	return found;
}

interface Finding {
	readonly text: string;
	readonly statement: Statement;
	readonly region: Region;
	readonly line: number;
	readonly match: RegExpExecArray;
}

function placeIn({ text, statement, region, line, match }: Finding): Place {
	const [marker] = match;
	const width = region.quote.length;
	return {
		kind: region.kind,
		quote: region.quote,
		isWhole: text.slice(region.start + width, region.end - width).trim() === marker,
		key: region.key,
		head: text.slice(statement.start, match.index),
		marker,
		tail: text.slice(match.index + marker.length, statement.end),
		line,
	};
}

/** Statements and comments in order; what is neither (a command, a name alone) is a statement without regions. */
function* divide(text: string, grammar: Grammar): Generator<Statement> {
	let at = 0;
	while (at < text.length) {
		const start = at;
		ASSIGNMENT.lastIndex = start + (/^[ \t\r\ufeff]*/.exec(text.slice(start, start + 256))?.[0].length ?? 0);
		const assignment = ASSIGNMENT.exec(text);
		const regions =
			assignment === null
				? lineComment(text, start)
				: valueRegions({ text, key: assignment[1] ?? "", start: ASSIGNMENT.lastIndex }, grammar);
		const end = lineEnd(text, regions[0]?.end ?? start);
		yield { start, end, key: assignment?.[1] ?? "", regions };
		at = end + 1;
	}
}

function lineEnd(text: string, from: number): number {
	const end = text.indexOf("\n", from);
	return end < 0 ? text.length : end;
}

function lineComment(text: string, start: number): Region[] {
	const end = lineEnd(text, start);
	return text.slice(start, end).trimStart().startsWith("#")
		? [{ kind: "comment", key: "", quote: "", start, end }]
		: [];
}

interface ValueStart {
	readonly text: string;
	readonly key: string;
	readonly start: number;
}

/** The value, and the comment after it. */
function valueRegions({ text, key, start }: ValueStart, grammar: Grammar): Region[] {
	const quote = text.charAt(start);
	const close = quote !== "" && grammar.quotes.includes(quote) ? closing(text, start, grammar) : -1;
	const stop = lineEnd(text, Math.max(start, close));
	const comment = (from: number): Region[] => {
		const hash = grammar.hasInlineComments ? /[ \t]#/.exec(text.slice(from, stop)) : null;
		return hash === null
			? []
			: [{ kind: "comment", key: "", quote: "", start: from + hash.index, end: stop }];
	};
	if (close >= 0) return [{ kind: "value", key, quote, start, end: close + 1 }, ...comment(close + 1)];
	const comments = comment(Math.max(0, start - 1)); // `KEY= # x`: the blank before the sign is no part of the value
	return [
		{ kind: "value", key, quote: "", start, end: Math.max(start, comments[0]?.start ?? stop) },
		...comments,
	];
}

function closing(text: string, start: number, grammar: Grammar): number {
	const quote = text.charAt(start);
	for (let at = start + 1; at < text.length; at++) {
		if (text[at] === quote) return at;
		if (text[at] === "\\" && grammar.escaping.includes(quote)) at++;
	}
	return -1;
}
