import type { Connection } from "./connection.ts";
import { Exchanges } from "./http/exchanges.ts";
import { LastAnswers } from "./http/last-answers.ts";
import type { Passing } from "./passing.ts";

/**
 * Passes requests to the target that is current when they begin, and their answers back.
 *
 * No byte is changed, with one exception: an answer of a target that is not current any more says `Connection: close`,
 * if its head has not been passed on yet and nothing follows it on a connection that does not pipeline.
 *
 * A connection without a request under way leaves such a target at once, and its next request goes to the current one.
 * So after a switch no request is written to an upstream that its child may be about to close, which could not be told
 * from a request that was never read, nor safely be sent again.
 *
 * An upstream that its child closes between two requests is left likewise, and the client notices nothing: its next
 * request, which may be on its way already, would meet the end that is passed on, and be lost.
 */
export class HttpPassing implements Passing {
	readonly #connection: Connection;
	readonly #exchanges = new Exchanges();
	readonly #lastAnswers = new LastAnswers(this.#exchanges);
	/** Bytes of requests for an upstream that is not there yet. */
	#held: Buffer | undefined;

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	get isBusy(): boolean {
		return !this.#exchanges.isIdle;
	}

	get holdsBack(): boolean {
		return this.#held !== undefined;
	}

	fromClient(bytes: Buffer): void {
		const connection = this.#connection;
		if (!connection.isConnected) {
			this.#hold(bytes);
			connection.connect();
			return;
		}
		const end = this.#readRequests(bytes);
		if (end > 0) connection.toUpstream(end === bytes.length ? bytes : bytes.subarray(0, end));
		if (end < bytes.length) this.#hold(bytes.subarray(end));
		if (connection.isStale && this.#exchanges.opaque === undefined) this.#settle(); // its answer may have ended before it
	}

	fromUpstream(bytes: Buffer): void {
		const connection = this.#connection;
		const exchanges = this.#exchanges;
		if (connection.isStale || this.#lastAnswers.holdsHead) {
			for (const part of this.#lastAnswers.read(bytes, !this.holdsBack)) connection.toClient(part);
		} else {
			for (let at = 0; at < bytes.length; ) at = exchanges.readAnswer(bytes, at);
			connection.toClient(bytes);
		}
		if (exchanges.opaque === undefined) this.#settle();
		else this.#letGo();
	}

	clientEnded(): void {
		if (this.#held !== undefined) return; // passed on after them
		if (this.#connection.isConnected) this.#connection.endUpstream();
		else this.#connection.finish();
	}

	upstreamEnded(): void {
		const rest = this.#lastAnswers.takeRest();
		if (rest.length > 0) this.#connection.toClient(rest);
		const { opaque, isIdle, isOver } = this.#exchanges;
		if (opaque !== undefined) this.#connection.endClient();
		else if (isIdle && !isOver && !this.#connection.hasClientEnded) this.#connection.leaveUpstream();
		else this.#connection.finish();
	}

	connected(): void {
		this.#letGo();
	}

	switched(): void {
		if (this.#exchanges.opaque !== undefined) return;
		if (this.#connection.isStale) this.#settle();
		else this.#letGo(); // its target is the current one again
	}

	/** @returns where the requests for this upstream end */
	#readRequests(bytes: Buffer): number {
		const exchanges = this.#exchanges;
		const { isStale } = this.#connection;
		for (let at = 0; at < bytes.length; ) {
			if (isStale && exchanges.requests.place === "between" && exchanges.opaque === undefined) return at;
			at = exchanges.readRequest(bytes, at);
		}
		return bytes.length;
	}

	#hold(bytes: Buffer): void {
		this.#held = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
		this.#connection.pause();
	}

	#letGo(): void {
		const held = this.#held;
		if (held === undefined) return;
		this.#held = undefined;
		this.fromClient(held);
		if (this.#connection.hasClientEnded) this.clientEnded();
		this.#connection.resume();
	}

	/** Where nothing is under way any more, what comes next is not for a target that is not current. */
	#settle(): void {
		const connection = this.#connection;
		const { isIdle, isOver } = this.#exchanges;
		if (!isIdle && !isOver) return;
		const { isPromised } = this.#lastAnswers;
		if (!isPromised && !connection.isStale) return;
		if (isPromised || isOver || (connection.hasClientEnded && this.#held === undefined)) connection.finish();
		else {
			connection.leaveUpstream();
			if (this.#held !== undefined) connection.connect();
		}
	}
}
