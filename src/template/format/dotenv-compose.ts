import { substitute } from "./dotenv-compose-variables.ts";
import { GO_SPACE, type Pair, type Reader } from "./dotenv-reader.ts";

const LEAD = new RegExp(`^[${GO_SPACE}]+`, "u");
/** Looks at each run of blanks from its beginning alone: from each blank in it, a long run would take minutes. */
const TRAILING = new RegExp(`(?<![${GO_SPACE}])[${GO_SPACE}]+$`, "u");
/** Blanks within a line; those beyond Latin-1 are not among them. */
const BLANKS = /^[\t\v\f\r \u0085\u00a0]+/;
const KEY = /^((?:[\p{L}\p{N}_.[\]\-\t\v\f\r \u0085\u00a0])*)([=:\n]|$)/u;
const LETTER: ReadonlyMap<string, string> = new Map(
	Object.entries({
		a: "\x07",
		b: "\b",
		f: "\f",
		n: "\n",
		r: "\r",
		t: "\t",
		v: "\v",
		'"': '"',
		"\\": "\\",
		$: "$$",
	}),
);

interface Step {
	readonly text: string;
	readonly rest: string;
}

/** Where the value's own quotes end; a backslash keeps itself, unless it stands before that quote. */
function quoted(source: string, quote: string): Step {
	let text = "";
	for (let at = 1; at < source.length; at++) {
		const char = source.charAt(at);
		if (char === quote) return { text, rest: source.slice(at + 1) };
		if (char !== "\\") text += char;
		else {
			at++;
			const next = source.charAt(at);
			text += next === quote ? next : char + next;
		}
	}
	throw new SyntaxError("docker compose finds a quoted value without an end");
}

/** `\n` and its like, `\$`, and `\0` with an octal number of three digits. */
function expandEscapes(text: string): string {
	return text.replace(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (all, letter?: string, digits = "") => {
		if (letter !== undefined) return LETTER.get(letter) ?? all;
		const code = /^[0-7]{3}$/.test(digits) ? Number.parseInt(digits, 8) : 256;
		return code < 256 ? String.fromCharCode(code) : `\\${digits}`;
	});
}

function value(source: string, known: ReadonlyMap<string, string>): Step {
	const quote = source.charAt(0);
	if (quote === "'") return quoted(source, quote);
	if (quote === '"') {
		const { text, rest } = quoted(source, quote);
		return { text: substitute(expandEscapes(text), known), rest };
	}
	const end = source.indexOf("\n");
	const [line, rest] = end < 0 ? [source, ""] : [source.slice(0, end), source.slice(end + 1)];
	const [text = ""] = line.split(" #", 1);
	return { text: substitute(text.replace(TRAILING, ""), known), rest };
}

/** The text without blank lines and comments before its first statement. */
function statementStart(text: string): string {
	let rest = text.replace(LEAD, "");
	while (rest.startsWith("#")) {
		const end = rest.indexOf("\n");
		rest = end < 0 ? "" : rest.slice(end).replace(LEAD, "");
	}
	return rest;
}

function read(source: string): Pair[] {
	const pairs: Pair[] = [];
	const known = new Map<string, string>();
	let rest = statementStart(source.replace(/^\ufeff/, ""));
	while (rest !== "") {
		if (/^export[\t\n\f\r ]/.test(rest)) rest = rest.slice("export".length).replace(BLANKS, "");
		if (rest === "") throw new SyntaxError("docker compose finds an export of nothing");
		const match = KEY.exec(rest);
		if (match === null) throw new SyntaxError("docker compose finds a name with a character that it refuses");
		const [, name = "", sign = ""] = match;
		const key = sign === "" ? "" : name.replace(TRAILING, ""); // at the end of the file a lone word is a value
		if (key.includes(" ")) throw new SyntaxError("docker compose finds a name with a space");
		const left = (sign === "" ? rest : rest.slice(match[0].length)).replace(BLANKS, "");
		if (sign === "\n") {
			rest = statementStart(left); // a lone name is taken over from the environment
			continue;
		}
		const step = value(left, known);
		pairs.push([key, step.text]);
		known.set(key, step.text);
		rest = statementStart(step.rest);
	}
	return pairs;
}

/** docker compose's `env_file` and `.env` (compose-go). Variables of the environment count as unset. */
export const COMPOSE_READER: Reader = { name: "docker compose", read };
