/** What a flag's value is made of, as Go's `flag` package reads it. */
export type FlagKind = "text" | "switch" | "number" | "duration";

/** A flag of a Go program. */
export interface GoFlag {
	readonly kind: FlagKind;
	/** What it does; a flag without is taken, and not shown. */
	readonly text?: string;
	/** Stands for the value in the help, such as `path`. */
	readonly value?: string;
	/** Way to the setting that it is about. */
	readonly key?: readonly string[];
	/** May be given several times; otherwise the last one counts. */
	readonly isRepeatable?: true;
	/** What the setting holds when that is not the value as it was given. @returns nothing for what cannot be read */
	readonly as?: (text: string) => unknown;
	/** What is wrong with a value that cannot be read; else the flag is shown as it should be. */
	readonly wrong?: (text: string) => string;
	/** Why it cannot be given here, and what to do about it. */
	readonly refused?: { readonly why: string; readonly advice: string };
}

/** Flags by name, without dashes, in the order in which help lists them. */
export type GoFlags = Readonly<Record<string, GoFlag>>;

/** What was typed. */
export interface GivenFlags {
	/** In the order in which they were given. */
	readonly flags: readonly { readonly name: string; readonly value: string | number | boolean }[];
	/** What is no flag, and all that comes after it. */
	readonly operands: readonly string[];
	/** Somebody asks what there is. */
	readonly wantsHelp: boolean;
}

/** A flag with a text behind it. @param value what stands for it in the help */
export function valued(value: string, text: string, more: Partial<GoFlag> = {}): GoFlag {
	return { kind: "text", value, text, ...more };
}

/** A flag that is on or off. */
export function toggle(text: string, more: Partial<GoFlag> = {}): GoFlag {
	return { kind: "switch", text, ...more };
}
