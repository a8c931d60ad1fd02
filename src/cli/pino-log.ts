import pino from "pino";
import type { Log, Redactor } from "../kernel/mod.ts";
import type { LogLevel } from "../kernel/mod.ts";
import { cleanFields, cleanText } from "./clean-fields.ts";

/** Lines that cannot be written now wait for so much, in bytes; those after them are lost. */
const LONGEST_BACKLOG = 1024 * 1024;

/**
 * JSON lines to stderr, one for each thing that happened. Synchronous: a line is out before a crash can swallow it.
 *
 * @param copy gets every line as well
 */
export function pinoLog(level: LogLevel, redactor: Redactor, copy?: (line: string) => void): Log {
	const destination = pino.destination({ dest: 2, sync: true, maxLength: LONGEST_BACKLOG });
	// A full disk, a terminal that has gone: the agent has other work than its log, such as giving its token back.
	destination.on("error", () => undefined);
	const logger = pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
		},
		copy === undefined ? destination : twice((line) => void destination.write(line), copy),
	);
	return {
		write(lineLevel, event, { msg, ...fields }) {
			if (!logger.isLevelEnabled(lineLevel)) return;
			logger[lineLevel]({ event, ...cleanFields(fields, redactor) }, cleanText(msg, redactor));
		},
	};
}

function twice(...both: readonly ((line: string) => void)[]): pino.DestinationStream {
	return {
		write: (line) => {
			for (const write of both) write(line);
		},
	};
}
