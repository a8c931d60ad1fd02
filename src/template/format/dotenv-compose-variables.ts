type Known = ReadonlyMap<string, string>;

/** `i` with `u`, as in Go: U+017F and U+212A count as letters, being small and large forms of `s` and `k`. */
const VARIABLE = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{(?:([_a-z][_a-z0-9]*(?::?[-+?].*)?)\}|()))/giu;
const ONE_VARIABLE = new RegExp(VARIABLE.source, "iu");

/** Variables within variables, and those behind them in their line: nobody writes more, and each costs a call. */
const DEEPEST = 200;

/** Of these, the one that comes first in the text decides; the longer wins where both start alike. */
const OPERATORS = [":?", "?", ":-", "-", ":+", "+"];

/**
 * Replaces variables as docker compose does: `$NAME`, `${NAME}`, `${NAME:-default}` and its like, `$$` for `$`.
 *
 * A pair of braces is first taken up to the last `}` of its line and cut back afterwards, as compose-go
 * does it; so `${` without an end is an error, wherever in a value it stands.
 *
 * @throws SyntaxError for a template that compose refuses, and for a required variable that is not there
 */
export function substitute(text: string, known: Known): string {
	return substituteIn(text, { known, depth: 0 });
}

/** Where a text stands. */
interface Surroundings {
	readonly known: Known;
	readonly depth: number;
}

function substituteIn(text: string, { known, depth }: Surroundings): string {
	if (depth > DEEPEST) throw new SyntaxError("there are too many variables in one line");
	let result = "";
	let end = 0;
	// One at a time: the first that is refused ends it, before the next ones are looked for.
	for (const match of text.matchAll(VARIABLE)) {
		result += text.slice(end, match.index) + replaceOne(match[0], { known, depth: depth + 1 });
		end = match.index + match[0].length;
	}
	return result + text.slice(end);
}

function replaceOne(found: string, inside: Surroundings): string {
	const end = closingBrace(found);
	const [variable, rest] = end < 0 ? [found, ""] : [found.slice(0, end + 1), found.slice(end + 1)];
	const [, dollar, named, braced] = ONE_VARIABLE.exec(variable) ?? [];
	if (dollar !== undefined) return dollar;
	if (named !== undefined) return inside.known.get(named) ?? "";
	if (braced === undefined) throw new SyntaxError('docker compose finds a "${" without an end');
	const choice = choose(braced, variable, inside);
	return choice === undefined ? (inside.known.get(braced) ?? "") : choice + substituteIn(rest, inside);
}

/** The value of `NAME<operator>word`; `undefined` when there is no operator. */
function choose(braced: string, variable: string, inside: Surroundings): string | undefined {
	const operator = OPERATORS.filter((sign) => variable.includes(sign)).toSorted(
		(a, b) => variable.indexOf(a) - variable.indexOf(b),
	)[0];
	if (operator === undefined) return undefined;
	const at = braced.indexOf(operator);
	if (at < 0) return undefined;
	const value = inside.known.get(braced.slice(0, at));
	const word = () => substituteIn(braced.slice(at + operator.length), inside);
	const isThere = value !== undefined && !(operator.startsWith(":") && value === "");
	if (operator.endsWith("+")) return isThere ? word() : (value ?? "");
	if (isThere) return value;
	if (operator.endsWith("?"))
		throw new SyntaxError("docker compose finds a required variable that is not set");
	return word();
}

/** Where the first brace closes. The character after an opening brace is passed over, as compose-go does. */
function closingBrace(text: string): number {
	let open = 0;
	for (let at = 0; at < text.length; at++) {
		if (text[at] === "}") {
			open--;
			if (open === 0) return at;
		} else if (text[at] === "{") {
			open++;
			at++;
		}
	}
	return -1;
}
