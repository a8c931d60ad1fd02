import type { Socket } from "node:net";

/** Ends a connection so that its other side sees a reset; a unix socket knows no such end. */
export function reset(socket: Socket): void {
	if (socket.destroyed) return;
	const { writableEnded, writableFinished, writableLength } = socket;
	// Node refuses to reset what is no TCP socket, and one that is still connecting it would first let connect.
	if (socket.connecting || socket.remoteFamily === undefined) socket.destroy();
	// While a shutdown is under way libuv resets nothing, and Node leaks the handle (uv_tcp_close_reset, EINVAL).
	else if (writableEnded && !writableFinished && writableLength === 0)
		socket.once("finish", () => reset(socket));
	else socket.resetAndDestroy();
}

/** Resets it after what was written to it before has left. */
export function resetWhenFlushed(socket: Socket): void {
	if (socket.writableLength === 0 || socket.writableEnded) reset(socket);
	else socket.write("", () => reset(socket));
}

/**
 * Throws away what still comes. To close with unread bytes would be a reset, which takes from the other side what it
 * has not read yet (RFC 9112 section 9.6).
 */
function discardInput(socket: Socket): void {
	socket.removeAllListeners("data");
	socket.resume();
}

/**
 * Says that nothing more comes, and waits for the other side to say so.
 *
 * @param flushed everything written before has left
 */
export function retire(socket: Socket, flushed?: () => void): void {
	if (socket.destroyed) return;
	discardInput(socket);
	if (socket.writableFinished) flushed?.();
	else socket.end(flushed);
}
