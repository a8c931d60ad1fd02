export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** Structured parts of a log line. Names are snake_case, as in the JSON that users read. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One line per thing that happened. The adapter redacts; callers still never pass secret material. */
export interface Log {
	/**
	 * @param level how much it matters
	 * @param event stable word for programs: `login`, `rendered`, `rotation`, `child`, …
	 * @param line what happened, for people, with the facts that a program may want
	 */
	write(level: LogLevel, event: string, line: { readonly msg: string } & LogFields): void;
}
