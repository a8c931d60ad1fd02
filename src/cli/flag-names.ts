import type { FlagSpec } from "./command-spec.ts";

/** The parts of what a flag says of itself. */
export interface FlagNames {
	/** `-c`. */
	readonly short?: string;
	/** `--config`. */
	readonly long: string;
	/** `<file>`; absent for a switch. */
	readonly value?: string;
}

/** Takes `-c, --config <file>` apart. */
export function flagNames({ flags }: Pick<FlagSpec, "flags">): FlagNames {
	const words = flags.split(/[ ,]+/);
	const short = words.find((word) => /^-[^-]/.test(word));
	const value = words.find((word) => word.startsWith("<"));
	const long = words.find((word) => word.startsWith("--"));
	if (long === undefined) throw new RangeError(`Cannot read "${flags}": a flag has a long name`);
	return { long, ...(short !== undefined && { short }), ...(value !== undefined && { value }) };
}

/** What a shell may offer after a flag or as an argument. */
export type Offer =
	| { readonly kind: "words"; readonly words: readonly string[] }
	| { readonly kind: "files" }
	| { readonly kind: "folders" }
	/** A command with its arguments. */
	| { readonly kind: "command" }
	/** Only the user knows. */
	| { readonly kind: "nothing" };

/** @param value what stands for the value, such as `<file>` */
export function offerFor(value: string, choices: readonly string[] | undefined): Offer {
	if (choices !== undefined) return { kind: "words", words: choices };
	if (/^<(file|SRC:DST)>$/.test(value)) return { kind: "files" };
	if (value === "<dir>") return { kind: "folders" };
	return value === "[command...]" ? { kind: "command" } : { kind: "nothing" };
}
