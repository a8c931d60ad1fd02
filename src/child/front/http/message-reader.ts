import { ChunkedBody } from "./chunked-body.ts";
import { AMBIGUOUS, CHUNKED, type MessageBody, NO_BODY, UNTIL_CLOSE } from "./message-body.ts";

/** Where in a message the reader stands; `lost` is for good. */
export type ReaderPlace = "between" | "head" | "body" | "lost";

/** Longest head that is understood, in bytes. */
export const LONGEST_HEAD = 64 * 1024;
const FIRST_ROOM = 2048;
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const MOST_KEPT = LONGEST_HEAD + END_OF_HEAD.length;

/**
 * Judges a head that is whole.
 *
 * @param start where its first line begins
 * @param end where its empty line begins
 */
export type JudgeHead = (bytes: Buffer, start: number, end: number) => MessageBody;

/** Finds where messages begin and end in one direction of a connection. Copies heads that come in pieces, nothing else. */
export class MessageReader {
	place: ReaderPlace = "between";
	readonly #judge: JudgeHead;
	/** Bytes of the body that are still to come. */
	#left = 0;
	#chunked: ChunkedBody | undefined;
	/** What has come of a head. */
	#kept: Buffer | undefined;
	#keptLength = 0;

	constructor(judge: JudgeHead) {
		this.#judge = judge;
	}

	/**
	 * Reads to the end of the head, the end of the message or the end of `bytes`, whichever comes first.
	 *
	 * @returns where that is
	 */
	read(bytes: Buffer, from: number): number {
		switch (this.place) {
			case "between":
			case "head":
				this.place = "head";
				return this.#readHead(bytes, from);
			case "body":
				return this.#readBody(bytes, from);
			case "lost":
				return bytes.length;
			default:
				return this.place satisfies never;
		}
	}

	#readHead(bytes: Buffer, from: number): number {
		if (this.#keptLength > 0) return this.#readRestOfHead(bytes, from);
		const end = bytes.indexOf(END_OF_HEAD, from);
		if (end === -1) {
			this.#keep(bytes, from);
			return this.#goOn(bytes);
		}
		this.#open(end - from > LONGEST_HEAD ? AMBIGUOUS : this.#judge(bytes, from, end));
		return end + END_OF_HEAD.length;
	}

	#readRestOfHead(bytes: Buffer, from: number): number {
		const before = this.#keptLength;
		const kept = this.#keep(bytes, from);
		const end = kept.indexOf(END_OF_HEAD, Math.max(0, before - END_OF_HEAD.length + 1));
		if (end === -1) return this.#goOn(bytes);
		this.#forget();
		this.#open(this.#judge(kept, 0, end));
		return from + end + END_OF_HEAD.length - before;
	}

	/** Keeps as much as a head may have, with its end. */
	#keep(bytes: Buffer, from: number): Buffer {
		const before = this.#keptLength;
		const length = Math.min(before + bytes.length - from, MOST_KEPT);
		if (this.#kept === undefined || this.#kept.length < length) {
			const room = Buffer.allocUnsafeSlow(Math.max(FIRST_ROOM, 2 * length));
			this.#kept?.copy(room, 0, 0, before);
			this.#kept = room;
		}
		bytes.copy(this.#kept, before, from, from + length - before);
		this.#keptLength = length;
		return this.#kept.subarray(0, length);
	}

	/** The head has not ended in these bytes. */
	#goOn(bytes: Buffer): number {
		if (this.#keptLength >= MOST_KEPT) {
			this.#forget();
			this.place = "lost";
		}
		return bytes.length;
	}

	#forget(): void {
		this.#kept = undefined;
		this.#keptLength = 0;
	}

	#open(body: MessageBody): void {
		this.#left = body;
		this.#chunked = body === CHUNKED ? new ChunkedBody() : undefined;
		if (body === AMBIGUOUS) this.place = "lost";
		else this.place = body === NO_BODY ? "between" : "body";
	}

	#readBody(bytes: Buffer, from: number): number {
		if (this.#left === UNTIL_CLOSE) return bytes.length;
		if (this.#chunked !== undefined) return this.#readChunks(this.#chunked, bytes, from);
		const taken = Math.min(this.#left, bytes.length - from);
		this.#left -= taken;
		if (this.#left === 0) this.place = "between";
		return from + taken;
	}

	#readChunks(body: ChunkedBody, bytes: Buffer, from: number): number {
		const at = body.read(bytes, from);
		if (body.isLost) this.place = "lost";
		else if (body.hasEnded) this.place = "between";
		return at;
	}
}
