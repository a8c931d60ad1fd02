import { type Context, milliseconds } from "./context.ts";
import type { LogConfig, LogFileConfig } from "./log-config.ts";
import type { FileConfig } from "./schema/file.ts";

type Log = FileConfig["log"];

/** The name of the log's file where a folder alone is given. */
const FILE_NAME = "agent.log";

/** Where the log goes, and how. */
export function logging(
	log: Log,
	{ isTerminal }: { readonly isTerminal: boolean },
	context: Context,
): LogConfig {
	const file = logFile(log, context);
	return {
		level: log.level,
		format: log.format ?? (isTerminal ? "pretty" : "json"),
		...(file && { file }),
	};
}

function logFile(log: Log, context: Context): LogFileConfig | undefined {
	const { file, rotate_bytes: bytes, rotate_duration: age, rotate_max_files: most } = log;
	if (file === undefined) return undefined;
	return {
		path: context.resolve(file.endsWith("/") ? `${file}${FILE_NAME}` : file),
		...(bytes > 0 && { rotateBytes: bytes }),
		rotateMs: milliseconds(age),
		...(most !== 0 && { mostRotated: Math.max(0, most) }),
	};
}
