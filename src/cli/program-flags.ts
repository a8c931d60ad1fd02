import type { FlagSpec } from "./command-spec.ts";

/** What the program is, in a sentence. */
export const ABOUT =
	"Puts secrets from Vault or OpenBao where an LLM gateway reads them, and turns it over when they change.";

export const VERSION_FLAG: FlagSpec = { flags: "-V, --version", text: "print the version" };
export const JSON_FLAG: FlagSpec = {
	flags: "--json",
	text: "with --version: print it as JSON, with what it runs on",
};
export const HELP_FLAG: FlagSpec = { flags: "-h, --help", text: "print this help" };

/** Flags of the program itself, beside those of its commands. */
export const PROGRAM_FLAGS: readonly FlagSpec[] = [VERSION_FLAG, JSON_FLAG, HELP_FLAG];
