/** The agent's own log. */
export interface LogConfig {
	readonly level: LogLevelName;
	readonly format: "json" | "pretty";
	/** Absent: the lines go to stderr alone. */
	readonly file?: LogFileConfig;
}

/** A file that gets every log line as well. */
export interface LogFileConfig {
	/** Absolute. */
	readonly path: string;
	/** Size from which on the file is put aside, in bytes; absent: however large it gets. */
	readonly rotateBytes?: number;
	/** Age from which on it is, in milliseconds. */
	readonly rotateMs: number;
	/** How many files that were put aside are kept; absent: all. */
	readonly mostRotated?: number;
}

export type LogLevelName = "trace" | "debug" | "info" | "warn" | "error";
