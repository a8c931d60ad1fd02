/** What the loop that catches the error should do next. */
export type Remedy = "retry" | "relogin" | "give-up";

/** Labelled lines below the sentence, in the order in which a person reads them. */
export type ErrorRows = Readonly<Record<string, string>>;

export interface AgentErrorInit {
	/** Stable name of the fault, `E_…`; part of the public interface, unlike the message. */
	readonly code: `E_${string}`;
	/** Process exit code when this error ends the run (docs/operations.md); default 1. */
	readonly exitCode?: number;
	/** Default `give-up`. */
	readonly remedy?: Remedy;
	/** Where it happened and what was found: `at`, `in`, `has`, `do` (what to do, last). Never secret material. */
	readonly rows?: ErrorRows;
	/** Facts for the log line and the loops: scalars only, and never secret material. */
	readonly facts?: Readonly<Record<string, string | number | boolean>>;
	readonly cause?: unknown;
}

/**
 * Base of every error that an operator may see.
 *
 * The message is one sentence that says what happened and where; `rows.do` says what to do about it.
 */
export class AgentError extends Error {
	readonly code: `E_${string}`;
	readonly exitCode: number;
	readonly remedy: Remedy;
	readonly rows: ErrorRows;
	readonly facts: Readonly<Record<string, string | number | boolean>>;

	constructor(message: string, init: AgentErrorInit) {
		super(message, init.cause === undefined ? undefined : { cause: init.cause });
		this.name = new.target.name;
		this.code = init.code;
		this.exitCode = init.exitCode ?? 1;
		this.remedy = init.remedy ?? "give-up";
		this.rows = init.rows ?? {};
		this.facts = init.facts ?? {};
	}
}
