import type { Offer } from "../flag-names.ts";
import { shellQuoted } from "../shell-quoted.ts";
import type { CommandOutline, FlagOutline, ProgramOutline } from "./program-outline.ts";

/** Completion for zsh: as a file `_agent` on `fpath`, or evaluated. */
export function zshCompletion({ flags, commands }: ProgramOutline): string {
	return `#compdef agent keyturn
# completion of keyturn for zsh: source <(agent completion zsh)
_keyturn() {
	local context state state_descr line
	typeset -A opt_args
	_arguments -C ${flags.map(argument).join(" ")} '1:command:->command' '*::argument:->argument'
	case $state in
	command)
		local -a commands=(
${commands.map(({ name, summary }) => `\t\t\t${shellQuoted(`${name}:${summary}`)}`).join("\n")}
		)
		_describe command commands
		;;
	argument)
		case $words[1] in
${commands.map(commandCase).join("\n")}
		esac
		;;
	esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
	_keyturn "$@"
else
	compdef _keyturn agent keyturn
fi
`;
}

function commandCase({ name, flags, operand }: CommandOutline): string {
	const operands = operand.kind === "nothing" ? [] : [rest(operand)];
	return `\t\t${name}) _arguments -s ${[...flags.map(argument), ...operands].join(" ")} ;;`;
}

function rest(operand: Offer): string {
	return operand.kind === "command" ? "'*:: :_normal'" : shellQuoted(`1:argument:${action(operand)}`);
}

/** `'(-c --config)'{-c,--config}'[text]:file:_files'`. */
function argument({ short, long, text, offer, isRepeatable, value = "" }: FlagOutline): string {
	const told = `[${text.replaceAll(/[[\]\\:]/g, "\\$&")}]`;
	const wanted = offer === undefined ? "" : `:${value.slice(1, -1).replaceAll(":", " ")}:${action(offer)}`;
	const tail = shellQuoted(`${told}${wanted}`);
	if (isRepeatable) return `'*'${long}${tail}`;
	return short === undefined ? `${long}${tail}` : `'(${short} ${long})'{${short},${long}}${tail}`;
}

function action(offer: Offer): string {
	switch (offer.kind) {
		case "words":
			return `(${offer.words.join(" ")})`;
		case "files":
			return "_files";
		case "folders":
			return "_files -/";
		case "command":
		case "nothing":
			return "";
		default:
			return offer satisfies never;
	}
}
