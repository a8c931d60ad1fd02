import { chmod } from "node:fs/promises";
import {
	createServer,
	type IncomingMessage,
	type RequestListener,
	type Server,
	type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Log } from "../kernel/mod.ts";
import { cannotListen, reasonOf } from "./errors.ts";
import { type Access, crossSite, misdirected, type Refusal, unauthorized } from "./guard.ts";
import { type Answer, json, type ListenerPorts, type Route, routesTo } from "./routes.ts";
import { makeWay } from "./unix-socket.ts";

export type ListenAddress =
	| { readonly kind: "tcp"; readonly host: string; readonly port: number }
	| { readonly kind: "unix"; readonly path: string };

/** Where to listen, and for whom. */
export interface ListenerSpec {
	readonly address: ListenAddress;
	readonly access: Access;
	/** PEM; absent for plain HTTP. With `clientCa`, certificates are asked for. */
	readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly clientCa?: Buffer };
}

export interface Listener {
	/** `http://127.0.0.1:8190`, `unix:/run/agent.sock`: with the port that was found where any would do. */
	readonly address: string;
	readonly close: () => Promise<void>;
}

/** Bounds on what strangers can hold: bytes, milliseconds, connections. */
const LIMITS = {
	maxHeaderSize: 8192,
	headersTimeout: 10_000,
	requestTimeout: 15_000,
	keepAliveTimeout: 5000,
	/** How often the bounds above are looked after; Node's own 30 s would be the true ones. */
	connectionsCheckingInterval: 2000,
};
/** Longest wait for a TLS handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const MOST_CONNECTIONS = 64;
const MOST_REQUESTS_PER_CONNECTION = 1000;

/**
 * Makes ready to answer HTTP about the agent.
 *
 * @returns opens it; throws AgentError `E_LISTEN` when the address cannot be used
 * @throws AgentError `E_LISTEN` when the certificate cannot be used
 */
export async function prepareListener(
	spec: ListenerSpec,
	ports: ListenerPorts,
	log: Log,
): Promise<() => Promise<Listener>> {
	const { address, access } = spec;
	const routes = routesTo(ports);
	const server = await serverFor(spec, (request, response) => {
		answerTo(request, routes, access)
			.then((answer) => send(response, answer, request))
			.catch((error: unknown) => {
				const msg = `no answer to a request: ${error instanceof Error ? error.name : "unknown fault"}`;
				log.write("error", "listener", { msg });
				response.destroy();
			});
	});
	server.maxConnections = MOST_CONNECTIONS;
	server.maxRequestsPerSocket = MOST_REQUESTS_PER_CONNECTION;
	const sockets = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
	});
	return async () => {
		if (address.kind === "unix") await listenOnSocket(server, address.path);
		else await listen(server, address);
		return { address: nameOf(server, spec), close: () => close(server, sockets) };
	};
}

/** Whoever holds on is cut off; one whose TLS handshake is not done yet is no connection to `server` itself. */
async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
	const closed = new Promise((resolve) => server.close(resolve));
	for (const socket of sockets) socket.destroy();
	await closed;
}

async function serverFor({ address, tls }: ListenerSpec, handler: RequestListener): Promise<Server> {
	if (tls === undefined) return createServer(LIMITS, handler);
	const { createServer: createTlsServer } = await import("node:https");
	const { cert, key, clientCa: ca } = tls;
	// Without a certificate there is still health to ask for: the guard decides.
	const client = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false };
	try {
		const secure = {
			minVersion: "TLSv1.2",
			handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
			cert,
			key,
			...client,
		} as const;
		return createTlsServer({ ...LIMITS, ...secure }, handler);
	} catch {
		throw cannotListen(written(address), "listener.tls holds no certificate with its key"); // never what it held
	}
}

/** @throws AgentError `E_LISTEN` */
async function listen(server: Server, address: ListenAddress): Promise<void> {
	const where = address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error) => reject(cannotListen(written(address), reasonOf(error))));
		server.listen(where, resolve);
	});
}

/** A socket of this user alone. Who is quicker than the change of its mode is not served. */
async function listenOnSocket(server: Server, path: string): Promise<void> {
	await makeWay(path);
	let isOurs = false;
	server.on("connection", (socket) => {
		if (!isOurs) socket.destroy();
	});
	await listen(server, { kind: "unix", path });
	await chmod(path, 0o600);
	isOurs = true;
}

function nameOf(server: Server, { address, tls }: ListenerSpec): string {
	const bound = server.address();
	if (address.kind === "unix" || bound === null || typeof bound === "string") return written(address);
	const host = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
	return `${tls === undefined ? "http" : "https"}://${host}:${bound.port}`;
}

function written(address: ListenAddress): string {
	return address.kind === "unix" ? `unix:${address.path}` : `${address.host}:${address.port}`;
}

async function answerTo(
	request: IncomingMessage,
	routes: ReadonlyMap<string, Route>,
	access: Access,
): Promise<Answer> {
	const [path = ""] = (request.url ?? "").split("?");
	const route = routes.get(path);
	const refusal = refusalOf(request, route, access);
	if (refusal !== undefined) {
		const { status, message, headers = {} } = refusal;
		return { ...json(status, { error: message }), headers };
	}
	return route === undefined ? json(404, { error: "there is nothing at this path" }) : await route.answer();
}

function refusalOf(request: IncomingMessage, route: Route | undefined, access: Access): Refusal | undefined {
	const isOpen = route?.isOpen === true;
	// On an address that others reach, what is open is open whatever they call it.
	const stray = isOpen && !access.isLocal ? undefined : misdirected(request, access);
	if (stray !== undefined || route === undefined) return stray;
	const isRead = route.method === "GET" && request.method === "HEAD";
	if (request.method !== route.method && !isRead) {
		const headers = { Allow: route.method === "GET" ? "GET, HEAD" : route.method };
		return { status: 405, message: "this path takes another method", headers };
	}
	if (isOpen) return undefined;
	const isCertified = "authorized" in request.socket && request.socket.authorized === true;
	return unauthorized(request, access, isCertified) ?? crossSite(request);
}

function send(response: ServerResponse, answer: Answer, { headers }: IncomingMessage): void {
	const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
	const { status, type, body, headers: own = {}, afterwards } = answer;
	if (afterwards !== undefined) response.once("close", afterwards);
	response.writeHead(status, {
		"Content-Type": type,
		"Content-Length": Buffer.byteLength(body),
		"Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff",
		...(hasBody && { Connection: "close" }), // nothing that is sent along is read
		...own,
	});
	response.end(body);
}
