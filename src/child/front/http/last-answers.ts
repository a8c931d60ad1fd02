import { withClose } from "./closing-head.ts";
import type { Exchanges } from "./exchanges.ts";

/**
 * Answers of a target that is not current any more. A head is held back until it is whole, so that it can say that the
 * connection ends (RFC 9112 section 9.6): its client then opens another one, which goes to the current target.
 */
export class LastAnswers {
	readonly #exchanges: Exchanges;
	/** What has come of the head that is held back. */
	#head: Buffer[] | undefined;
	/** The client has been told. */
	isPromised = false;

	constructor(exchanges: Exchanges) {
		this.#exchanges = exchanges;
	}

	get holdsHead(): boolean {
		return this.#head !== undefined;
	}

	/**
	 * Reads on in the answers.
	 *
	 * @param mayClose no other request has come behind the one that is answered
	 * @returns what is to be passed on, in order
	 */
	read(bytes: Buffer, mayClose: boolean): Buffer[] {
		const { answers } = this.#exchanges;
		const passed: Buffer[] = [];
		let from = 0;
		for (let at = 0; at < bytes.length; ) {
			if (answers.place === "between" && this.#exchanges.opaque === undefined) {
				passed.push(bytes.subarray(from, at));
				from = at;
				this.#head = [];
			}
			at = this.#exchanges.readAnswer(bytes, at);
			if (this.#head === undefined) continue;
			this.#head.push(bytes.subarray(from, at));
			from = at;
			if (answers.place !== "head") passed.push(this.#takeHead(mayClose));
		}
		passed.push(bytes.subarray(from));
		return passed.filter(({ length }) => length > 0);
	}

	/** What is held back of a head that will not become whole. */
	takeRest(): Buffer {
		return this.#takeHead(false);
	}

	#takeHead(mayClose: boolean): Buffer {
		const head = Buffer.concat(this.#head ?? []);
		this.#head = undefined;
		const { answer, opaque, isPipelined } = this.#exchanges;
		if (!mayClose || opaque !== undefined || isPipelined || !answer?.mayClose) return head;
		this.isPromised = true;
		return withClose(head);
	}
}
