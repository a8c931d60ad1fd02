import type { CommonFlags } from "./common-flags.ts";
import type { World } from "./world.ts";

/** One flag of a command. */
export interface FlagSpec {
	/** As commander reads it: `-c, --config <file>`. */
	readonly flags: string;
	readonly text: string;
	readonly choices?: readonly string[];
	/** What it is when nobody says it, where the command line itself decides that. */
	readonly standard?: string;
	/** May be given several times; the values are gathered. */
	readonly isRepeatable?: true;
	/** Taken, and not shown: it says nothing to this command. */
	readonly isHidden?: true;
}

/** Arguments of a command that are no flags. */
export interface OperandSpec {
	/** As commander reads it: `[command...]`, `<shell>`. */
	readonly name: string;
	readonly text: string;
	readonly choices?: readonly string[];
	/** It is a command line: what follows its first word is its own, flags as well. */
	readonly isCommandLine?: true;
}

/** What was typed for a command. */
export interface Invocation {
	/** Each command's own flags stand beside these, under the names that commander gives them. */
	readonly flags: CommonFlags;
	readonly operands: readonly string[];
	readonly world: World;
}

/**
 * What a command says of itself: as data, so that help, completion and documents are made of it. It is loaded at every
 * start, so it imports nothing that weighs; `run` loads the command.
 */
export interface CommandSpec {
	readonly name: string;
	/** A few words for the list of commands. */
	readonly summary: string;
	/** Sentences for its own help; the summary where there is nothing to add. */
	readonly description?: string;
	readonly operand?: OperandSpec;
	readonly flags: readonly FlagSpec[];
	/** A line that can be typed as it is. */
	readonly example: string;
	/** @returns the exit code */
	readonly run: (call: Invocation) => Promise<number>;
}
