import type { CommandSpec, FlagSpec } from "../command-spec.ts";
import { type FlagNames, flagNames, type Offer, offerFor } from "../flag-names.ts";
import { HELP_FLAG, PROGRAM_FLAGS } from "../program-flags.ts";

/** A flag as a shell needs to know it. */
export interface FlagOutline extends FlagNames {
	readonly text: string;
	/** Absent for a switch. */
	readonly offer?: Offer;
	readonly isRepeatable: boolean;
}

export interface CommandOutline {
	readonly name: string;
	readonly summary: string;
	readonly flags: readonly FlagOutline[];
	/** What may follow that is no flag. */
	readonly operand: Offer;
}

/** The whole command line, without what is taken but not shown. */
export interface ProgramOutline {
	readonly flags: readonly FlagOutline[];
	readonly commands: readonly CommandOutline[];
}

export function outlineOf(commands: readonly CommandSpec[]): ProgramOutline {
	return {
		flags: PROGRAM_FLAGS.map(flagOutline),
		commands: commands.map(({ name, summary, flags, operand }) => ({
			name,
			summary,
			flags: [...flags.filter(({ isHidden }) => !isHidden), HELP_FLAG].map(flagOutline),
			operand: operand === undefined ? { kind: "nothing" } : offerFor(operand.name, operand.choices),
		})),
	};
}

function flagOutline(flag: FlagSpec): FlagOutline {
	const names = flagNames(flag);
	return {
		...names,
		text: flag.text,
		isRepeatable: flag.isRepeatable === true,
		...(names.value !== undefined && { offer: offerFor(names.value, flag.choices) }),
	};
}
