/** Thrown when something that the demo wants to show did not happen; the message is what the user reads. */
export class DemoError extends Error {}

/** Reason of the abort when a signal asked for the end. */
export class Interrupted extends Error {
	readonly exitCode: number;

	constructor(exitCode: number) {
		super("interrupted");
		this.exitCode = exitCode;
	}
}
