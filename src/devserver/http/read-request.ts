import type { IncomingMessage } from "node:http";
import { ApiError } from "../api-error.ts";
import type { Call } from "../read-call.ts";

/** Largest request body: 32 MiB (https://developer.hashicorp.com/vault/docs/configuration/listener/tcp#max_request_size). */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

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
