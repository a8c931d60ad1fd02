import { type Clock, type Log, type LogLevel, printableLines, type Redactor } from "../kernel/mod.ts";
import type { Output } from "./world.ts";

const RANK: Readonly<Record<LogLevel, number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 };
const COLOR: Readonly<Record<LogLevel, string>> = {
	trace: "90",
	debug: "90",
	info: "36",
	warn: "33",
	error: "31",
};

interface PrettyLogDeps {
	readonly output: Output;
	readonly redactor: Redactor;
	readonly clock: Clock;
	/** Gets every line as well, with the date and without colours. */
	readonly copy?: (line: string) => void;
}

/** Log lines for people: time, event, message. */
export function prettyLog(level: LogLevel, { output, redactor, clock, copy }: PrettyLogDeps): Log {
	return {
		write(lineLevel, event, { msg, said }) {
			if (RANK[lineLevel] < RANK[level]) return;
			const now = new Date(clock.date());
			const time = now.toTimeString().slice(0, 8);
			const word = event.padEnd(12);
			const mark = output.hasColor ? `\u001B[${COLOR[lineLevel]}m${word}\u001B[0m` : word;
			// A second line of the text stands further in: it is none of the log's own.
			const whole = typeof said === "string" ? `${msg}\n${said}` : msg;
			const text = `${redactor.clean(whole).replaceAll("\n", "\n    ")}\n`;
			output.write(`${time} ${mark} ${text}`);
			copy?.(`${now.toISOString()} ${lineLevel.padEnd(5)} ${word} ${printableLines(text)}`);
		},
	};
}
