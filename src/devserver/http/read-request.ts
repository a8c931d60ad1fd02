import type { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { ApiError } from "../api-error.ts";
import type { Call } from "../read-call.ts";

/** Largest request body: 32 MiB (https://developer.hashicorp.com/vault/docs/configuration/listener/tcp#max_request_size). */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** More certificates than a client has reason to send. */
const MAX_CHAIN = 10;

/** The head of a call; its body is still on its way. @throws ApiError for a path that is no API path */
export function readHead(incoming: IncomingMessage): Omit<Call, "body"> {
	const url = new URL(incoming.url ?? "/", "http://localhost");
	return {
		method: incoming.method ?? "GET",
		path: readPath(url.pathname),
		query: url.searchParams,
		contentType: header(incoming, "content-type"),
		token: header(incoming, "x-vault-token") || bearer(incoming),
		namespace: header(incoming, "x-vault-namespace"),
		wrapTtl: header(incoming, "x-vault-wrap-ttl"),
		...(isTls(incoming.socket) && { clientChain: readChain(incoming.socket) }),
	};
}

/** @throws ApiError 413 when it is too large */
export async function readBody(incoming: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of incoming as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES) throw new ApiError(413, "http: request body too large");
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

/** By its looks: a server without TLS does not load it. */
function isTls(socket: Socket): socket is TLSSocket {
	return "getPeerX509Certificate" in socket;
}

function readChain(socket: TLSSocket): X509Certificate[] {
	const chain: X509Certificate[] = [];
	let next = socket.getPeerX509Certificate();
	for (; next && chain.length < MAX_CHAIN; next = next.issuerCertificate) chain.push(next);
	return chain;
}

function readPath(pathname: string): string {
	if (!pathname.startsWith("/v1/")) throw new ApiError(404);
	try {
		return decodeURIComponent(pathname.slice("/v1/".length)).replaceAll(/\/{2,}/g, "/");
	} catch {
		throw new ApiError(400, "invalid URL escape");
	}
}

function header(incoming: IncomingMessage, name: string): string {
	const value = incoming.headers[name];
	return (Array.isArray(value) ? value[0] : value) ?? "";
}

function bearer(incoming: IncomingMessage): string {
	return /^Bearer (.+)$/.exec(header(incoming, "authorization"))?.[1] ?? "";
}
