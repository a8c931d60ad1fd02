import { Unplaceable } from "./format.ts";
import type { YamlPlace } from "./yaml-place.ts";
import { isPrintable, spellYaml } from "./yaml-spelling.ts";

const WITHOUT_BLOCK =
	"write the value after its key without the block (key: {{…}}): it is quoted as it needs";
const DOUBLE = 'put the whole scalar between " and "';

/** Why the value cannot stand there, by the kind of its characters, and what the author can do. */
export function yamlRefusal(value: string, place: YamlPlace): Unplaceable {
	if (value.includes("\0")) {
		return new Unplaceable(
			"has a NUL character",
			"keep it in the secret as base64 text and decode it where it is used",
		);
	}
	if (!value.isWellFormed()) {
		return new Unplaceable("is not well-formed Unicode", "keep it in the secret as base64 text");
	}
	switch (place.kind) {
		case "plain":
			return plainRefusal(value, place);
		case "comment":
			return new Unplaceable(
				`has ${unwritable(value)}, which a comment cannot hold`,
				"take it out of the comment",
			);
		case "single":
			return new Unplaceable(
				`has ${unwritable(value)}, which YAML cannot write between single quotes`,
				"leave the quotes away, or use double quotes",
			);
		case "literal":
		case "folded":
			return blockRefusal(value, place);
		default:
			return new Unplaceable("does not come back from its double quotes", "put the scalar on one line");
	}
}

function unwritable(value: string): string {
	return /[\n\r\u0085\u2028\u2029]/.test(value) ? "a line break" : "a control character";
}

function blockRefusal(value: string, place: YamlPlace): Unplaceable {
	const sign = place.header.charAt(0);
	if (!isPrintable(value)) {
		return new Unplaceable(
			`has a control character or carriage return, which a "${sign}" block cannot hold`,
			WITHOUT_BLOCK,
		);
	}
	if (value.includes("\n") && place.kind === "folded") {
		return new Unplaceable('has a newline, which a ">" block turns into a blank', 'write "|" for ">"');
	}
	if (value.endsWith("\n") && spellYaml(value.replace(/\n+$/, ""), place) !== undefined) {
		return new Unplaceable(
			`ends with a newline, where the "${sign}" block counts newlines in its own way`,
			`use {{trim …}}, or ${WITHOUT_BLOCK}`,
		);
	}
	const what = /^\n*[ \t]/.test(value) ? "starts with a blank" : "is empty or has blank lines";
	return new Unplaceable(`${what}, where a "${sign}" block takes blanks for indentation`, WITHOUT_BLOCK);
}

const NAMES: readonly (readonly [name: string, pattern: RegExp])[] = [
	["a line break", /[\n\r\u0085\u2028\u2029]/],
	["a quote", /["']/],
	['a "#"', /#/],
	["a colon", /:/],
	["a backslash", /\\/],
	["a brace or bracket", /[[\]{}]/],
	['one of ",", "?", "&" and "%"', /[,?&%]/],
	["blanks", /[ \t]/],
];

function plainRefusal(value: string, place: YamlPlace): Unplaceable {
	if (place.isWhole)
		return new Unplaceable("is too long for a key (1024 characters)", "take it out of the key");
	if (/^[\p{L}\p{N}_.+~-]*$/u.test(value)) {
		return new Unplaceable(
			"could together with the text next to it be read as a number or a word of YAML",
			DOUBLE,
		);
	}
	const name = NAMES.find(([, pattern]) => pattern.test(value))?.[0] ?? "a character that is special";
	return new Unplaceable(`has ${name}, and stands next to other text without quotes`, DOUBLE);
}
