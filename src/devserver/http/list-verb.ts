import { IncomingMessage, type RequestListener, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const REQUEST_LINE = /^LIST (?<url>\S+) HTTP\/1\.[01]$/;
const REFUSED = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

/**
 * Serves the LIST verb (https://developer.hashicorp.com/vault/api-docs#api-operations), which Node's parser
 * does not know and refuses with `HPE_INVALID_METHOD`: the head is read here, and the connection closes after
 * the answer because its parser is lost. A head that comes in pieces is refused.
 */
export function acceptListVerb(server: Server, listener: RequestListener): void {
	server.on("clientError", (error: Error & { code?: string; rawPacket?: Buffer }, socket: Socket) => {
		const incoming = error.code === "HPE_INVALID_METHOD" ? readList(error.rawPacket, socket) : undefined;
		if (incoming) serve(listener, incoming, socket);
		else socket.end(REFUSED);
	});
}

function readList(packet: Buffer | undefined, socket: Socket): IncomingMessage | undefined {
	const [head = "", rest] = packet?.toString("latin1").split("\r\n\r\n") ?? [];
	const [line = "", ...fields] = head.split("\r\n");
	const url = REQUEST_LINE.exec(line)?.groups?.["url"];
	if (url === undefined || rest === undefined) return undefined;
	const incoming = new IncomingMessage(socket);
	incoming.method = "LIST";
	incoming.url = url;
	incoming.headers = Object.fromEntries(fields.map(readField));
	incoming.complete = true; // or reading it to the end would destroy the socket as after an abort
	incoming.push(null);
	return incoming;
}

function readField(field: string): [string, string] {
	const colon = field.indexOf(":");
	return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
}

function serve(listener: RequestListener, incoming: IncomingMessage, socket: Socket): void {
	const response = new ServerResponse(incoming);
	response.shouldKeepAlive = false;
	response.assignSocket(socket);
	response.on("finish", () => socket.end());
	listener(incoming, response);
}
