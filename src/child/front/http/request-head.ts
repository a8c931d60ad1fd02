import { readFields } from "./fields.ts";
import { CHUNKED, type MessageBody, NO_BODY } from "./message-body.ts";
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
	// What follows is a tunnel's or the next request, as the answer will say (RFC 9110 section 9.3.6).
	if (line.method === "CONNECT") return undefined;
	const isOld = line.minor === 0;
	if (isOld && fields.isChunked) return undefined; // faulty (RFC 9112 section 6.1)
	return {
		body: fields.isChunked ? CHUNKED : Math.max(fields.length, NO_BODY),
		isHead: line.method === "HEAD",
		isOld,
		persists: !fields.closes && (!isOld || fields.keepsAlive),
		upgrades: fields.upgrades,
		expects: fields.expects,
	};
}
