import type { Log } from "../../kernel/mod.ts";

/** A log that can be exchanged while everybody goes on writing to it. */
export class SwitchLog implements Log {
	#log: Log;

	constructor(log: Log) {
		this.#log = log;
	}

	write(...line: Parameters<Log["write"]>): void {
		this.#log.write(...line);
	}

	switchTo(log: Log): void {
		this.#log = log;
	}
}
