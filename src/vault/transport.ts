import http, { type ClientRequest, type IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { type JsonValue, parseJson } from "../kernel/mod.ts";
import { sharedLookup, systemLookup } from "./lookup.ts";
import type { TlsIdentity } from "./tls.ts";
import { asTransportError, TransportError } from "./transport-error.ts";

/** The shape in which node-vault hands a request to its injected HTTP function. */
export interface TransportRequest {
	readonly uri: string;
	readonly method: string;
	readonly headers: Readonly<Record<string, string>>;
	/** A body to send as JSON; node-vault says `true` when there is none. */
	readonly json?: unknown;
	readonly signal?: AbortSignal;
}

/** The shape that node-vault expects back, with the headers that it does not know about. */
export interface TransportReply {
	readonly statusCode: number;
	readonly body: JsonValue | undefined;
	readonly request: { readonly path: string };
	readonly headers: http.IncomingHttpHeaders;
}

export interface TransportOptions {
	readonly tls: TlsIdentity;
	/** Bound on one request from the first byte sent to the last one read, in milliseconds. */
	readonly timeoutMs: number;
	/** Origins (`https://host:port`) to which a redirect is followed; the token goes nowhere else. */
	readonly allowedOrigins: ReadonlySet<string>;
	/** Asked for the host's addresses at every new connection, so that a server that moves is found. Default the system's. */
	readonly lookup?: LookupFunction;
}

/** Vault's own limit for a request is 32 MiB; no secret that a template uses comes near this. */
const LARGEST_REPLY = 8 * 1024 * 1024;

/** As Vault's Go client: one redirect, from a standby to the active node. */
const MOST_REDIRECTS = 1;

/** HTTP or HTTPS, with the sockets that are kept. */
interface Wire {
	readonly request: typeof http.request;
	readonly agent: http.Agent;
}

/** Keep-alive HTTP(S) in the form of node-vault's `request-promise` option. */
export function vaultTransport(options: TransportOptions) {
	const lookup = sharedLookup(options.lookup ?? systemLookup);
	const shared = { keepAlive: true, maxSockets: 8, scheduling: "lifo", lookup } as const;
	const plain: Wire = { request: http.request, agent: new http.Agent(shared) };
	let identity = options.tls;
	let secure: Promise<Wire> | undefined;
	/** Of an identity that has been replaced; each ends with its last request. */
	const retired = new Set<http.Agent>();
	/** TLS is a third of what Node loads for HTTP: an agent that speaks plain HTTP on loopback goes without it. */
	const openSecure = async (): Promise<Wire> => {
		const { ca, ...rest } = identity;
		const tlsOptions = { ...rest, ...(ca && { ca: [...ca] }) };
		const { default: https } = await import("node:https");
		return {
			request: https.request,
			agent: new https.Agent({ ...shared, ...tlsOptions, minVersion: "TLSv1.2" }),
		};
	};
	const retireSoon = async (wire: Promise<Wire>) => {
		const { agent } = await wire;
		for (const one of retired) if (Object.keys(one.sockets).length === 0) retired.delete(one);
		retired.add(agent);
		retire(agent);
	};
	const wireFor = (url: URL) => (url.protocol === "https:" ? (secure ??= openSecure()) : plain);

	const exchange = async (
		request: TransportRequest,
		url: URL,
		signal: AbortSignal,
	): Promise<IncomingMessage> => {
		const payload = typeof request.json === "object" ? JSON.stringify(request.json) : undefined;
		const headers = {
			...request.headers,
			"X-Vault-Request": "true",
			...(payload !== undefined && {
				"Content-Type": request.headers["Content-Type"] ?? "application/json",
				"Content-Length": Buffer.byteLength(payload).toString(),
			}),
		};
		const { request: open, agent } = await wireFor(url);
		const outgoing: ClientRequest = open(url, { method: request.method, headers, signal, agent });
		const incoming = new Promise<IncomingMessage>((resolve, reject) => {
			outgoing.on("error", reject); // stays on: an error after the response must not go uncaught
			outgoing.once("response", resolve);
		});
		outgoing.end(payload);
		return incoming;
	};

	const send = async (request: TransportRequest): Promise<TransportReply> => {
		const deadline = AbortSignal.timeout(options.timeoutMs);
		const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
		let url = new URL(request.uri);
		try {
			for (let redirects = 0; ; redirects++) {
				const reply = await exchange(request, url, signal);
				const target = redirectTarget(reply, url);
				if (target === undefined) return await receive(reply, url);
				reply.destroy();
				if (!options.allowedOrigins.has(target.origin)) {
					const what = `redirected to ${target.origin}, which is not a configured address`;
					throw new TransportError("redirect", what);
				}
				if (redirects >= MOST_REDIRECTS)
					throw new TransportError("redirect", `redirected again by ${url.origin}`);
				url = target;
			}
		} catch (error) {
			if (request.signal?.aborted) throw request.signal.reason;
			if (deadline.aborted)
				throw new TransportError("timeout", `no answer within ${options.timeoutMs / 1000} s`);
			throw asTransportError(error);
		}
	};

	return {
		defaults: () => send,
		/** From now on this identity is shown; requests that are under way end on their old connections. */
		identify: (tls: TlsIdentity) => {
			identity = tls;
			const old = secure;
			secure = undefined;
			if (old !== undefined) void retireSoon(old);
		},
		close: () => {
			plain.agent.destroy();
			void secure?.then(({ agent }) => agent.destroy());
			for (const agent of retired) agent.destroy();
		},
	};
}

/** Keeps no connection of it: the idle ones are closed now, the busy ones when their request ends. */
function retire(agent: http.Agent): void {
	agent.maxFreeSockets = 0;
	for (const sockets of Object.values(agent.freeSockets))
		for (const socket of sockets ?? []) socket.destroy();
}

function redirectTarget(reply: IncomingMessage, from: URL): URL | undefined {
	const status = reply.statusCode ?? 0;
	if (status !== 307 && status !== 308 && status !== 301 && status !== 302) return undefined;
	return URL.parse(reply.headers.location ?? "", from.href) ?? undefined;
}

async function receive(reply: IncomingMessage, url: URL): Promise<TransportReply> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of reply as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > LARGEST_REPLY) {
			reply.destroy();
			throw new TransportError("too-large", `the answer is larger than ${LARGEST_REPLY / 2 ** 20} MiB`);
		}
		chunks.push(chunk);
	}
	const text = Buffer.concat(chunks, size).toString("utf8");
	return {
		statusCode: reply.statusCode ?? 0,
		body: text === "" ? undefined : parseBody(text, reply),
		request: { path: url.pathname },
		headers: reply.headers,
	};
}

function parseBody(text: string, reply: IncomingMessage): JsonValue {
	try {
		return parseJson(text);
	} catch {
		const type = reply.headers["content-type"]?.split(";")[0] ?? "no content type";
		throw new TransportError("not-json", `status ${reply.statusCode ?? 0}, ${type} instead of JSON`);
	}
}
