type Known = ReadonlyMap<string, string>;

/** `i` with `u`, as in Go: U+017F and U+212A count as letters, being small and large forms of `s` and `k`. */
const VARIABLE = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{(?:([_a-z][_a-z0-9]*(?::?[-+?].*)?)\}|()))/giu;
const ONE_VARIABLE = new RegExp(VARIABLE.source, "iu");

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
	return text.replace(VARIABLE, (all) => replaceOne(all, known));
}

function replaceOne(found: string, known: Known): string {
	const end = closingBrace(found);
	const [variable, rest] = end < 0 ? [found, ""] : [found.slice(0, end + 1), found.slice(end + 1)];
	const [, dollar, named, braced] = ONE_VARIABLE.exec(variable) ?? [];
	if (dollar !== undefined) return dollar;
	if (named !== undefined) return known.get(named) ?? "";
	if (braced === undefined) throw new SyntaxError('docker compose finds a "${" without an end');
	const choice = choose(braced, variable, known);
	return choice === undefined ? (known.get(braced) ?? "") : choice + substitute(rest, known);
}

/** The value of `NAME<operator>word`; `undefined` when there is no operator. */
function choose(braced: string, variable: string, known: Known): string | undefined {
	const operator = OPERATORS.filter((sign) => variable.includes(sign)).toSorted(
		(a, b) => variable.indexOf(a) - variable.indexOf(b),
	)[0];
	if (operator === undefined) return undefined;
	const at = braced.indexOf(operator);
	if (at < 0) return undefined;
	const value = known.get(braced.slice(0, at));
	const word = () => substitute(braced.slice(at + operator.length), known);
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
