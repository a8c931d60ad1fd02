import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { onTestFinished } from "vitest";

/**
 * What becomes of connections: `whole` passes everything; `refused` is a port on which nobody listens; `frozen` takes
 * connections and bytes and says nothing; `reset` answers every byte with a reset; `slow` lets a few bytes of an answer
 * through at a time.
 */
export type WireState = "whole" | "refused" | "frozen" | "reset" | "slow";

/** A certificate with its key, PEM. */
export interface ServerIdentity {
	readonly cert: string;
	readonly key: string;
}

/** The line between a client and a server, which can go bad. */
export interface Wire {
	readonly address: string;
	readonly port: number;
	/** Connections that were opened up to now. */
	readonly connections: number;
	/** From now on, for the open connections as well. */
	turn(state: WireState): Promise<void>;
	/** Resets every open connection; new ones are as before. */
	cut(): void;
	/** Shows another certificate from now on. */
	show(identity: ServerIdentity): void;
}

interface WireOptions {
	/** Where it listens; default 127.0.0.1 and a free port. */
	readonly host?: string;
	readonly port?: number;
	/** It speaks TLS to the client and plain TCP to the server. */
	readonly tls?: ServerIdentity;
}

/** Bytes of an answer that a slow wire passes at once, and the pause between, in milliseconds of real time. */
const SLOW_BYTES = 24;
const SLOW_PAUSE_MS = 10;

/** Joins clients to the server at that address; closed after the test. */
export async function openWire(target: string, options: WireOptions = {}): Promise<Wire> {
	const { host = "127.0.0.1", tls } = options;
	const { hostname, port: targetPort } = new URL(target);
	/** Below TLS, where there is any. */
	const open = new Set<Socket>();
	let state: WireState = "whole";
	let connections = 0;

	const join = (client: Socket) => {
		const server = connect(Number(targetPort), hostname);
		open.add(server);
		for (const socket of [client, server]) {
			socket.on("error", () => undefined);
			socket.once("close", () => {
				open.delete(server);
				client.destroy();
				server.destroy();
			});
		}
		client.on("data", (bytes: Buffer) => {
			if (state === "reset") client.resetAndDestroy();
			else if (state !== "frozen") server.write(bytes);
		});
		server.on("data", (bytes: Buffer) => {
			if (state === "slow") void trickle(bytes, client);
			else if (state !== "frozen") client.write(bytes);
		});
		client.once("end", () => server.end());
		server.once("end", () => {
			if (state !== "slow") client.end();
		});
	};
	const listener: Server | TlsServer = tls === undefined ? createServer(join) : createTlsServer(tls, join);
	listener.on("connection", (socket: Socket) => {
		connections++;
		open.add(socket);
		socket.on("error", () => undefined);
		socket.once("close", () => open.delete(socket));
	});
	listener.on("tlsClientError", () => undefined);
	const cut = () => {
		for (const socket of open) socket.resetAndDestroy();
	};
	const listen = async (port: number) =>
		await new Promise<void>((resolve, reject) => {
			listener.once("error", reject);
			listener.listen(port, host, resolve);
		});
	const close = async () => {
		cut();
		if (listener.listening) await new Promise((resolve) => listener.close(resolve));
	};
	await listen(options.port ?? 0);
	onTestFinished(close);
	const { port } = listener.address() as AddressInfo;
	return {
		address: `${tls === undefined ? "http" : "https"}://${host}:${port}`,
		port,
		get connections() {
			return connections;
		},
		turn: async (next) => {
			state = next;
			if (next === "refused") await close();
			else if (!listener.listening) await listen(port);
		},
		cut,
		show: (identity) => {
			(listener as TlsServer).setSecureContext(identity);
			cut();
		},
	};
}

async function trickle(bytes: Buffer, client: Socket): Promise<void> {
	for (let at = 0; at < bytes.length && !client.destroyed; at += SLOW_BYTES) {
		client.write(bytes.subarray(at, at + SLOW_BYTES));
		await new Promise((resolve) => setTimeout(resolve, SLOW_PAUSE_MS));
	}
}
