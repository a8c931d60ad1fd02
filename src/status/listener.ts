import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Log } from "../kernel/mod.ts";
import { cannotListen, reasonOf } from "./errors.ts";
import type { Access } from "./guard.ts";
import { handlerFor } from "./handler.ts";
import { type ListenerPorts, routesTo } from "./routes.ts";
import { keepToOwner, makeWay } from "./unix-socket.ts";

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
	const server = await serverFor(spec, handlerFor(routesTo(ports), access, log));
	server.maxRequestsPerSocket = MOST_REQUESTS_PER_CONNECTION;
	const sockets = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		if (sockets.size > MOST_CONNECTIONS) oldest(sockets)?.destroy();
	});
	return async () => {
		if (address.kind === "unix") await listenOnSocket(server, address.path);
		else await listen(server, address);
		return { address: nameOf(server, spec), close: () => close(server, sockets) };
	};
}

/**
 * Who goes when there are too many: whoever came first, as every answer is given at once. Were it the last one, sixty-four
 * connections that say nothing would keep the kubelet out, which then ends the container.
 */
function oldest(sockets: ReadonlySet<Socket>): Socket | undefined {
	return sockets.values().find((socket) => !socket.destroyed);
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
	await keepToOwner(path);
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
