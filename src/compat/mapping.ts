import type { Draft } from "./draft.ts";
import type { Findings } from "./findings.ts";

/** What every stanza of another program's config writes to, and what it has to know. */
export interface Mapping {
	readonly draft: Draft;
	readonly findings: Findings;
	/** Variables by name. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Values of Go templates are escaped for the format of their file, which that program does not. */
	readonly isEscaped: boolean;
}
