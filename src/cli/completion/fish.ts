import type { Offer } from "../flag-names.ts";
import type { CommandOutline, FlagOutline, ProgramOutline } from "./program-outline.ts";

/** Completion for fish. */
export function fishCompletion({ flags, commands }: ProgramOutline): string {
	const lines = [
		"# completion of keyturn for fish: agent completion fish | source",
		"complete -c agent -e",
		"complete -c agent -f",
		...flags.map((flag) => `complete -c agent -n __fish_use_subcommand ${option(flag)}`),
		...commands.map(
			({ name, summary }) => `complete -c agent -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
		),
		...commands.flatMap(commandLines),
		"complete -c keyturn -w agent",
	];
	return `${lines.join("\n")}\n`;
}

function commandLines({ name, flags, operand }: CommandOutline): string[] {
	const seen = `complete -c agent -n '__fish_seen_subcommand_from ${name}'`;
	const operands = operand.kind === "nothing" ? [] : [`${seen} ${argument(operand)}`];
	return [...flags.map((flag) => `${seen} ${option(flag)}`), ...operands];
}

function argument(operand: Offer): string {
	return operand.kind === "command" ? "-a '(__fish_complete_subcommand --fcs-skip=2)'" : values(operand);
}

function option({ short, long, text, offer }: FlagOutline): string {
	const names = [...(short === undefined ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`];
	const wanted = offer === undefined ? [] : [values(offer)];
	return [...names, ...wanted, `-d ${quoted(text)}`].join(" ");
}

function values(offer: Offer): string {
	switch (offer.kind) {
		case "words":
			return `-x -a ${quoted(offer.words.join(" "))}`;
		case "files":
			return "-r -F";
		case "folders":
			return "-x -a '(__fish_complete_directories)'";
		case "command":
		case "nothing":
			return "-x";
		default:
			return offer satisfies never;
	}
}

function quoted(text: string): string {
	return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
