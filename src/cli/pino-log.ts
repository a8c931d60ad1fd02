import pino from "pino";
import type { Log, Redactor } from "../kernel/mod.ts";
import type { LogLevel } from "../kernel/mod.ts";
import { cleanFields } from "./clean-fields.ts";

/** JSON lines to stderr, one for each thing that happened. Synchronous: a line is out before a crash can swallow it. */
export function pinoLog(level: LogLevel, redactor: Redactor): Log {
	const logger = pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
		},
		pino.destination({ dest: 2, sync: true }),
	);
	return {
		write(lineLevel, event, { msg, ...fields }) {
			if (!logger.isLevelEnabled(lineLevel)) return;
			logger[lineLevel]({ event, ...cleanFields(fields, redactor) }, redactor.clean(msg));
		},
	};
}
