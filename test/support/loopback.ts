import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { acceptListVerb } from "../../src/devserver/http/list-verb.ts";

/** A request as a loopback server saw it. */
export interface Seen {
	readonly method: string;
	/** Path and query as they were on the wire. */
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

export interface Loopback {
	readonly address: string;
	readonly port: number;
	readonly seen: readonly Seen[];
	/** Connections that were opened. */
	readonly connections: number;
	close(): Promise<void>;
}

type Answer = (response: ServerResponse, seen: Seen) => void;

/** A server that answers as the test says; closed after the test. */
export async function loopback(answer: Answer, tls?: ServerOptions): Promise<Loopback> {
	const seen: Seen[] = [];
	const open = new Set<Socket>();
	let connections = 0;
	const listener: RequestListener = (request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on("end", () => {
			const { method = "", url = "", headers } = request;
			const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
			seen.push(one);
			answer(response, one);
		});
	};
	const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
	acceptListVerb(server, listener);
	server.on("connection", (socket: Socket) => {
		connections++;
		open.add(socket);
		socket.once("close", () => open.delete(socket));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const close = async () => {
		for (const socket of open) socket.destroy();
		await new Promise<unknown>((resolve) => server.close(resolve));
	};
	onTestFinished(close);
	return {
		address: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
		port,
		seen,
		get connections() {
			return connections;
		},
		close,
	};
}

/** Answers with JSON. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
	return (response) => {
		response.writeHead(status, { "Content-Type": "application/json", ...headers });
		response.end(JSON.stringify(body));
	};
}

/** Answers with anything. */
export function text(body: string, status: number, type: string): Answer {
	return (response) => {
		response.writeHead(status, { "Content-Type": type });
		response.end(body);
	};
}

/** Vault's answer to a read. */
export function secret(data: Readonly<Record<string, unknown>>): Answer {
	return json({ request_id: "r-1", lease_id: "", renewable: false, lease_duration: 0, data, auth: null });
}
