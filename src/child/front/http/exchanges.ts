import { type AnswerHead, readAnswerHead } from "./answer-head.ts";
import { AMBIGUOUS, type MessageBody } from "./message-body.ts";
import { MessageReader } from "./message-reader.ts";
import { type RequestHead, readRequestHead } from "./request-head.ts";

/** Why a connection is not followed any more. */
export type Opaque =
	| "upgraded"
	| "ambiguous request"
	| "ambiguous answer"
	| "answer without a request"
	| "bytes behind a request for an upgrade"
	| "too many requests without an answer";

interface Answer extends AnswerHead {
	/** The connection goes on after it, though it need not: its request has ended. */
	readonly mayClose: boolean;
}

/** Requests behind one another that have no answer yet. */
const MOST_PENDING = 1024;

/**
 * Follows the requests and answers of one HTTP/1 connection (RFC 9112), without holding or changing a byte: which
 * request an answer is for, and when nothing is under way, so that the next request may go elsewhere.
 *
 * What can be read in two ways is read in none: the connection becomes opaque, for good. To find a request's end
 * where the child finds another, and then to send the rest elsewhere, would be request smuggling (section 11.2).
 */
export class Exchanges {
	readonly requests = new MessageReader((bytes, start, end) => this.#openRequest(bytes, start, end));
	readonly answers = new MessageReader((bytes, start, end) => this.#openAnswer(bytes, start, end));
	opaque: Opaque | undefined;
	/** An answer has ended after which the connection is not used any more (section 9.6). */
	isOver = false;
	/** Its client has sent a request before it had the answer to the one before (section 9.3.2). */
	isPipelined = false;
	/** The answer that is being read, or was read last. */
	answer: Answer | undefined;
	/** Requests whose answer has not ended, oldest first. */
	readonly #pending: RequestHead[] = [];
	/** The request that was read last asks for an upgrade. */
	#mayUpgrade = false;

	/** Whatever has begun has ended. */
	get isIdle(): boolean {
		return (
			this.#pending.length === 0 &&
			this.requests.place === "between" &&
			this.answers.place === "between" &&
			this.opaque === undefined
		);
	}

	/**
	 * Reads bytes of the client to the end of a head, of a request or of `bytes`.
	 *
	 * @returns where that is
	 */
	readRequest(bytes: Buffer, from: number): number {
		if (this.requests.place === "between" && this.#pending.length > 0) this.#followBehind();
		if (this.opaque !== undefined) return bytes.length;
		const at = this.requests.read(bytes, from);
		if (this.requests.place === "lost") this.opaque ??= "ambiguous request";
		return at;
	}

	/**
	 * Reads bytes of the child to the end of a head, of an answer or of `bytes`.
	 *
	 * @returns where that is
	 */
	readAnswer(bytes: Buffer, from: number): number {
		// One to half a request (400, 408, 431): what the child takes for a request is not known then.
		if (this.#pending.length === 0) this.opaque ??= "answer without a request";
		if (this.opaque !== undefined) return bytes.length;
		const at = this.answers.read(bytes, from);
		if (this.answers.place === "lost") this.opaque ??= "ambiguous answer";
		else if (this.answers.place === "between" && this.answer?.isInterim === false) this.#endAnswer();
		return at;
	}

	#followBehind(): void {
		this.isPipelined = true;
		// Whether these bytes are HTTP at all is for the answer to say (RFC 9110 section 7.8).
		if (this.#mayUpgrade) this.opaque ??= "bytes behind a request for an upgrade";
		if (this.#pending.length >= MOST_PENDING) this.opaque ??= "too many requests without an answer";
	}

	#openRequest(bytes: Buffer, start: number, end: number): MessageBody {
		const head = readRequestHead(bytes, start, end);
		if (head === undefined) return AMBIGUOUS;
		this.#mayUpgrade = head.upgrades;
		this.#pending.push(head);
		return head.body;
	}

	#openAnswer(bytes: Buffer, start: number, end: number): MessageBody {
		const [request] = this.#pending;
		const head = request && readAnswerHead({ bytes, start, end }, request);
		if (request === undefined || head === undefined) return AMBIGUOUS;
		const hasEnded = this.#pending.length > 1 || this.requests.place === "between";
		this.answer = { ...head, mayClose: hasEnded && head.persists && !head.isInterim };
		if (head.isUpgrade) this.opaque ??= "upgraded";
		// Whether the body still comes after a final answer, clients do not agree (RFC 9110 section 10.1.1).
		return request.expects && !hasEnded && !head.isInterim ? AMBIGUOUS : head.body;
	}

	#endAnswer(): void {
		this.#pending.shift();
		if (this.answer?.persists === false) this.isOver = true;
	}
}
