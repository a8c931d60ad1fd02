import type { Offer } from "../flag-names.ts";
import type { CommandOutline, FlagOutline, ProgramOutline } from "./program-outline.ts";

/**
 * Completion for bash, 3.2 (macOS) included. Files are left to readline, by an empty reply: it knows best how to
 * quote their names.
 */
export function bashCompletion({ flags, commands }: ProgramOutline): string {
	const values = commands.flatMap((command) => command.flags.flatMap((flag) => valueCase(command, flag)));
	return `# completion of keyturn for bash: eval "$(agent completion bash)"
_keyturn() {
	local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command="" index
	# readline makes a word of its own of the = in --flag=value
	if [[ $before == "=" && COMP_CWORD -gt 1 ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
	if [[ $word == "=" ]]; then word=""; fi
	COMPREPLY=()
	for ((index = 1; index < COMP_CWORD; index++)); do
		if [[ $command == run && \${COMP_WORDS[index]} == "--" ]]; then
			if ((index + 1 == COMP_CWORD)); then COMPREPLY=($(compgen -c -- "$word")); fi
			return
		fi
		if [[ -z $command && \${COMP_WORDS[index]} != -* ]]; then command=\${COMP_WORDS[index]}; fi
	done
	case "$command $before" in
${values.join("\n")}
	esac
	case $command in
	"") _keyturn_words "${[...commands.map(({ name }) => name), ...flags.flatMap(allNames)].join(" ")}" ;;
${commands.map(commandCase).join("\n")}
	esac
}
_keyturn_words() {
	COMPREPLY=($(compgen -W "$1" -- "$word"))
	_keyturn_nothing
}
_keyturn_nothing() {
	compopt +o default +o bashdefault 2>/dev/null
}
complete -o bashdefault -o default -F _keyturn agent keyturn
`;
}

function valueCase(command: CommandOutline, flag: FlagOutline): string[] {
	if (flag.offer === undefined) return [];
	const patterns = allNames(flag).map((name) => `"${command.name} ${name}"`);
	return [`\t${patterns.join(" | ")}) ${answer(flag.offer)}; return ;;`];
}

function commandCase({ name, flags, operand }: CommandOutline): string {
	const words = [...(operand.kind === "words" ? operand.words : []), ...flags.flatMap(allNames)];
	return `\t${name}) _keyturn_words "${words.join(" ")}" ;;`;
}

function answer(offer: Offer): string {
	switch (offer.kind) {
		case "words":
			return `_keyturn_words "${offer.words.join(" ")}"`;
		case "files":
		case "folders":
		case "command":
			return ":";
		case "nothing":
			return "_keyturn_nothing";
		default:
			return offer satisfies never;
	}
}

function allNames({ short, long }: FlagOutline): string[] {
	return short === undefined ? [long] : [short, long];
}
