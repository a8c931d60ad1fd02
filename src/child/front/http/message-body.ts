/**
 * How the end of a body is found (RFC 9112 section 6.3): a number of bytes, or one of the constants below. Plain
 * numbers, since there is one per message on the way that every byte takes.
 */
export type MessageBody = number;

export const NO_BODY: MessageBody = 0;
/** Ends with its last chunk and trailers. */
export const CHUNKED: MessageBody = -1;
/** Ends with the connection. */
export const UNTIL_CLOSE: MessageBody = -2;
/** Two readers of this message could find two ends. */
export const AMBIGUOUS: MessageBody = -3;
