import type { ShellRole } from "./shell-grammar.ts";
import { literalText, type ShellPart, type ShellWord, valueStartOf } from "./shell-tokens.ts";

/** Why no value may stand in a place, and what to write instead. */
export interface ShellRefusal {
	readonly reason: string;
	readonly advice: string;
}

const ASSIGN = 'write NAME={{…}} or export NAME={{…}}, and use "$NAME" elsewhere';
const TOUCHES_EXPANSION = "put braces around the name, or the value in a variable of its own";

const refused = {
	command: { reason: "stands where sh looks for a command", advice: ASSIGN },
	name: { reason: "stands in the name of a variable", advice: ASSIGN },
	argument: { reason: "is an argument of a command that may take it for more than text", advice: ASSIGN },
	redirection: { reason: "names a file that sh would open", advice: ASSIGN },
	inCase: { reason: "stands inside case … esac", advice: ASSIGN },
	split: {
		reason: "stands after an expansion that sh may split into words",
		advice: "put the expansion in double quotes",
	},
	escape: { reason: "stands right after a backslash", advice: "take the backslash away: values need none" },
} satisfies Record<string, ShellRefusal>;

/** A value in a here-document could end it, and could be expanded in it. */
export const HEREDOC_REFUSAL: ShellRefusal = { reason: "stands inside a here-document", advice: ASSIGN };

const DECLARATIONS = new Set(["export", "readonly", "local"]);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Commands that take an argument for text and no more, given the arguments before it. Everything else is
 * refused: `eval`, `trap`, `alias` and `sh -c` run it, bash computes a subscript even in `unset` and `test -v`.
 */
const TAKES_TEXT = new Map<string, (before: readonly ShellWord[]) => boolean>([
	[":", () => true],
	["echo", () => true],
	["printf", ([format]) => format !== undefined && literalText(format)?.startsWith("-") === false],
	["set", ([dashes]) => dashes !== undefined && literalText(dashes) === "--"],
	["for", ([, word]) => word !== undefined && literalText(word) === "in"],
]);

/** What speaks against a value at this index of a word: its role, or how it is written there. */
export function refusalAt(
	index: number,
	part: ShellPart,
	place: { word: ShellWord; role: ShellRole },
): ShellRefusal | undefined {
	if (part.kind === "expansion") return expansionRefusal(part.value);
	if (part.kind === "escape") return refused.escape;
	return roleRefusal(index, place.word, place.role);
}

function roleRefusal(index: number, word: ShellWord, role: ShellRole): ShellRefusal | undefined {
	switch (role.kind) {
		case "assignment":
			return index < role.valueStart ? refused.name : undefined;
		case "argument":
			if (DECLARATIONS.has(role.command)) return declarationRefusal(index, word, role.before);
			return TAKES_TEXT.get(role.command)?.(role.before) ? undefined : refused.argument;
		case "redirection":
			return refused.redirection;
		case "in-case":
			return refused.inCase;
		case "command":
		case "reserved":
			return refused.command;
		default:
			return role satisfies never;
	}
}

/**
 * In `export NAME=value`: an option before it may change what becomes of the value, and dash before 0.5.11
 * splits an expansion that is not quoted, so that a value after it would be taken for a name.
 */
function declarationRefusal(
	index: number,
	word: ShellWord,
	before: readonly ShellWord[],
): ShellRefusal | undefined {
	if (!before.every(isPlainDeclaration)) return refused.argument;
	const valueStart = wordValueStart(word);
	if (valueStart === undefined || index < valueStart) return refused.name;
	const splits = (part: ShellPart) =>
		part.kind === "expansion" && (!part.inDouble || part.value.includes("@"));
	return word.parts.some((part) => part.start < index && splits(part)) ? refused.split : undefined;
}

function isPlainDeclaration(word: ShellWord): boolean {
	const text = literalText(word) ?? "";
	return text === "--" || NAME.test(text) || wordValueStart(word) !== undefined;
}

/** Quotes may be around the name here: `export "NAME=value"`. */
function wordValueStart(word: ShellWord): number | undefined {
	const first = word.parts.find(({ value }) => value !== "");
	return first === undefined ? undefined : valueStartOf(first);
}

function expansionRefusal(written: string): ShellRefusal {
	for (const [opening, form] of [
		["`", "`…`"],
		["$((", "$((…))"],
		["$(", "$(…)"],
		["${", "${…}"],
	] as const) {
		if (written.startsWith(opening)) return { reason: `stands inside ${form}`, advice: ASSIGN };
	}
	return { reason: 'stands right after a "$" or a variable without braces', advice: TOUCHES_EXPANSION };
}
