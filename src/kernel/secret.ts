import { inspect } from "node:util";

/** A value that must never reach a log line, an error message or a status reply. */
export class Secret<T = string> {
	readonly #value: T;

	constructor(value: T) {
		this.#value = value;
	}

	/** The one way out. Search for `.reveal(` to audit every place that sees plain text. */
	reveal(): T {
		return this.#value;
	}

	/** Whether both hold the same value, which neither shows. */
	equals(other: Secret<T> | undefined): boolean {
		return other !== undefined && this.#value === other.#value;
	}

	/** Another secret made of this one, which stays inside. */
	map<U>(change: (value: T) => U): Secret<U> {
		return new Secret(change(this.#value));
	}

	toString(): string {
		return "[secret]";
	}

	toJSON(): string {
		return "[secret]";
	}

	[inspect.custom](): string {
		return "[secret]";
	}
}
