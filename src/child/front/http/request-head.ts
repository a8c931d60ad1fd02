import { readFields } from "./fields.ts";
import { CHUNKED, type MessageBody, NO_BODY } from "./message-body.ts";
import { spells } from "./octets.ts";
import { readRequestLine } from "./start-line.ts";

/** What of a request's head decides about framing, its own and its answer's. */
export interface RequestHead {
	readonly body: MessageBody;
	/** Its answer has no body (RFC 9112 section 6.3). */
	readonly isHead: boolean;
	/** HTTP/1.0 */
	readonly isOld: boolean;
	/** Its client wants to go on using the connection (RFC 9112 section 9.3). */
	readonly persists: boolean;
	/** It asks for another protocol. */
	readonly upgrades: boolean;
	/** Its body may wait for an interim answer. */
	readonly expects: boolean;
}

const HEAD = Buffer.from("HEAD");

/**
 * Reads a request's head.
 *
 * @param end where its empty line begins
 * @returns nothing when it is ambiguous
 */
export function readRequestHead(bytes: Buffer, start: number, end: number): RequestHead | undefined {
	const line = readRequestLine(bytes, start);
	const fields = line && readFields(bytes, line.next, end);
	if (line === undefined || fields === undefined) return undefined;
	const method = { from: start, to: line.methodEnd };
	const isHead = spells(bytes, method, "head");
	// What follows is a tunnel's or the next request, as the answer will say (RFC 9110 section 9.3.6).
	if (spells(bytes, method, "connect")) return undefined;
	// Methods are told apart by case (section 9.1), though not by every server.
	if (isHead && bytes.compare(HEAD, 0, HEAD.length, method.from, method.to) !== 0) return undefined;
	const isOld = line.minor === 0;
	if (isOld && fields.isChunked) return undefined; // faulty (RFC 9112 section 6.1)
	return {
		body: fields.isChunked ? CHUNKED : Math.max(fields.length, NO_BODY),
		isHead,
		isOld,
		persists: !fields.closes && (!isOld || fields.keepsAlive),
		upgrades: fields.upgrades,
		expects: fields.expects,
	};
}
