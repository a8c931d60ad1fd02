import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";

export interface TlsTerms {
	/** Whom the client trusts, PEM. */
	readonly ca: string;
	/** What it shows; nothing when absent. */
	readonly cert?: string;
	readonly key?: string;
}

export interface ApiCall {
	readonly method: string;
	/** With `/v1` and query. */
	readonly path: string;
	/** Empty for none. */
	readonly token: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** A text is sent as it is; anything else as JSON. */
	readonly body?: unknown;
	/** For an address with https. */
	readonly tls?: TlsTerms | undefined;
}

export interface ApiAnswer {
	readonly status: number;
	readonly headers: Headers;
	/** null for an empty body. */
	readonly body: unknown;
}

/** One HTTP call, without any cleverness. */
export async function callApi(address: string, call: ApiCall): Promise<ApiAnswer> {
	const body = call.body === undefined || call.body === null ? null : asText(call.body);
	const headers = {
		"X-Vault-Request": "true",
		...(call.token === "" ? {} : { "X-Vault-Token": call.token }),
		...(body === null ? {} : { "Content-Type": "application/json" }),
		...call.headers,
	};
	const message = { method: call.method, headers, body };
	const url = address + call.path;
	const reply = call.tls ? await sendOverTls(url, message, call.tls) : await fetch(url, message);
	const content = await reply.text();
	return { status: reply.status, headers: reply.headers, body: content === "" ? null : JSON.parse(content) };
}

interface Message {
	readonly method: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | null;
}

/** On a connection of its own: each call may show another certificate. */
async function sendOverTls(
	url: string,
	{ method, headers, body }: Message,
	tls: TlsTerms,
): Promise<Response> {
	const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
		// Said for every method: without it Node sends the body of a GET as the beginning of another request.
		const length = body === null ? {} : { "Content-Length": Buffer.byteLength(body) };
		request(url, { ...tls, method, headers: { ...headers, ...length }, agent: false }, resolve)
			.once("error", reject)
			.end(body ?? undefined);
	});
	const content = await text(incoming);
	const sent = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
		name,
		String(value),
	]);
	return new Response(content === "" ? null : content, { status: incoming.statusCode ?? 0, headers: sent });
}

function asText(body: unknown): string {
	return typeof body === "string" ? body : JSON.stringify(body);
}
