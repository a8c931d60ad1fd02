import { type Fields, readFields } from "./fields.ts";
import { CHUNKED, type MessageBody, NO_BODY, UNTIL_CLOSE } from "./message-body.ts";
import type { RequestHead } from "./request-head.ts";
import { readStatusLine } from "./start-line.ts";

/** What of an answer's head decides about framing. */
export interface AnswerHead {
	readonly body: MessageBody;
	/** Another answer to the same request follows (RFC 9110 section 15.2). */
	readonly isInterim: boolean;
	/** What follows is another protocol (RFC 9110 section 15.2.2). */
	readonly isUpgrade: boolean;
	/** The connection goes on after it (RFC 9112 section 9.3). */
	readonly persists: boolean;
}

const SWITCHING_PROTOCOLS = 101;
const FIRST_FINAL = 200;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

/**
 * Reads an answer's head by the rules of RFC 9112 section 6.3.
 *
 * @param request what it answers
 * @returns nothing when it is ambiguous
 */
export function readAnswerHead(
	{ bytes, start, end }: { readonly bytes: Buffer; readonly start: number; readonly end: number },
	request: RequestHead,
): AnswerHead | undefined {
	const line = readStatusLine(bytes, start);
	const fields = line && readFields(bytes, line.next, end);
	if (line === undefined || fields === undefined) return undefined;
	const { status, minor } = line;
	const isUpgrade = status === SWITCHING_PROTOCOLS;
	if (isUpgrade && !request.upgrades) return undefined;
	// Faulty, or not understood by its reader (section 6.1).
	if (fields.isChunked && (minor === 0 || request.isOld)) return undefined;
	const body = bodyOf(status, fields, request);
	if (body === undefined) return undefined;
	const keepsAlive = !fields.closes && (minor === 1 || fields.keepsAlive);
	return {
		body,
		isInterim: status < FIRST_FINAL,
		isUpgrade,
		persists: request.persists && keepsAlive && body !== UNTIL_CLOSE,
	};
}

function bodyOf(status: number, fields: Fields, request: RequestHead): MessageBody | undefined {
	if (status < FIRST_FINAL || status === NO_CONTENT) {
		// These have none, yet some readers believe a field that says otherwise.
		return fields.isChunked || fields.length > 0 ? undefined : NO_BODY;
	}
	if (request.isHead || status === NOT_MODIFIED) return NO_BODY;
	if (fields.isChunked) return CHUNKED;
	return fields.length === -1 ? UNTIL_CLOSE : fields.length;
}
