import type { Problem } from "./errors.ts";
import type { Places } from "./place.ts";

/** A config that was written for another program, said in keys of our own. */
export interface ForeignSettings {
	/** For messages: the file's name, or several with commas. */
	readonly origin: string;
	/** What a config file of our own would hold. */
	readonly settings: Record<string, unknown>;
	readonly places: Places;
	/** What that program would refuse as well. */
	readonly problems: readonly Problem[];
	/** What that program would say nothing of, and should be known; each begins with its place. */
	readonly warnings: readonly string[];
	/** Of what is warned of, the keys that nobody knows: said beside problems, of which they are the likely cause. */
	readonly dropped?: readonly Problem[];
	/** What that program could do and we cannot: no reason to call the file wrong, but an agent does not start with it. */
	readonly unsupported: readonly Problem[];
	/** Variables count only where its config says nothing; with others, as with ours, they count before it. */
	readonly isOverVariables?: true;
	/** All that it was read from, absolute. */
	readonly files: readonly string[];
}
