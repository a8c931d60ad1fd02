import type { Log, LogFields, LogLevel } from "../../src/kernel/mod.ts";

/** One line as it was written. */
export type Line = { readonly level: LogLevel; readonly event: string; readonly msg: string } & LogFields;

/** Keeps what is logged. */
export class RecordingLog implements Log {
	readonly lines: Line[] = [];

	write(level: LogLevel, event: string, line: { readonly msg: string } & LogFields): void {
		this.lines.push({ level, event, ...line });
	}

	/** The messages of an event, oldest first. */
	of(event: string): readonly string[] {
		return this.linesOf(event).map(({ msg }) => msg);
	}

	/** The whole lines of an event, oldest first. */
	linesOf(event: string): readonly Line[] {
		return this.lines.filter((line) => line.event === event);
	}
}
