import type { World } from "../world.ts";

/** Programs whose place this one takes. */
export type ForeignProgram = "vault" | "vault agent" | "consul-template" | "envconsul";

/** A command line that was written for another program. */
export interface ForeignCall {
	readonly program: ForeignProgram;
	/** What comes after the program's name, or after the name of `vault`'s command. */
	readonly words: readonly string[];
	/** The program as a person types it, for messages: `vault`, `agent agent`. */
	readonly name: string;
}

const NAMES: Readonly<Record<string, ForeignProgram>> = {
	vault: "vault",
	bao: "vault",
	"consul-template": "consul-template",
	envconsul: "envconsul",
};

/** As first word of our own command line. */
const WORDS: Readonly<Record<string, ForeignProgram>> = {
	agent: "vault agent",
	"consul-template": "consul-template",
	envconsul: "envconsul",
};

/**
 * Tells whether the command line is another program's: by the name under which this one was called, by a first word that
 * is such a name, or by flags as only Vault Agent has them. Asked at every start, so it loads nothing.
 */
export function foreignCall({
	programName,
	argv,
}: Pick<World, "programName" | "argv">): ForeignCall | undefined {
	const byName = Object.hasOwn(NAMES, programName) ? NAMES[programName] : undefined;
	if (byName !== undefined) return { program: byName, words: argv, name: programName };
	const [first = ""] = argv;
	const byWord = Object.hasOwn(WORDS, first) ? WORDS[first] : undefined;
	if (byWord !== undefined) return { program: byWord, words: argv.slice(1), name: `agent ${first}` };
	return isAgentFlag(first, argv) ? { program: "vault agent", words: argv, name: "agent" } : undefined;
}

/** Our own program takes no long flag with one dash, and no `--config` before a command. */
function isAgentFlag(first: string, argv: readonly string[]): boolean {
	if (/^-{1,2}(help|version)$/.test(first)) return false;
	return (
		/^-[a-z]{2}/.test(first) || (first.startsWith("--") && argv.some((word) => /^--?config(=|$)/.test(word)))
	);
}
