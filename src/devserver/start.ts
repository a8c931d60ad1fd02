import { constants, randomBytes } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { AgentError, type Clock, ExitCode } from "../kernel/mod.ts";
import { Core } from "./core.ts";
import type { ClientOrder, Identity } from "./dev-ca.ts";
import { FaultControl } from "./http/faults.ts";
import { createListener } from "./http/listener.ts";
import { acceptListVerb } from "./http/list-verb.ts";
import { type RequestEntry, RequestLog } from "./http/request-log.ts";
import { Ids } from "./ids.ts";
import type { ServiceAccountTokenRequest } from "./kubernetes/service-accounts.ts";
import { plant, type Seed, type SeededRole } from "./seed.ts";

export interface DevServerOptions {
	/** Default 127.0.0.1 and a free port. */
	readonly listen?: { readonly host?: string; readonly port?: number };
	/** Default a random one. */
	readonly rootToken?: string;
	/** TTLs, deletion times, rate limits and delays follow it. */
	readonly clock: Clock;
	/** Default the system's. */
	readonly random?: (bytes: number) => Buffer;
	/**
	 * With it the server speaks HTTPS alone, and asks for a client certificate without insisting on one:
	 * `own` for a certificate of its own CA, or another in PEM.
	 */
	readonly tls?: "own" | { readonly cert: string | Buffer; readonly key: string | Buffer };
	/** Called after every request. */
	readonly onRequest?: (entry: RequestEntry) => void;
}

/** A Vault-compatible server in this process and in memory: for development and tests, never for real secrets. */
export interface DevServer {
	/** What goes into VAULT_ADDR. */
	readonly address: string;
	readonly rootToken: string;
	/** What unseals it after `sys/seal`. */
	readonly unsealKey: string;
	/** Its own CA, PEM: what goes into the file of VAULT_CACERT when its TLS is its own. */
	readonly caCert: string;
	readonly requests: RequestLog;
	readonly faults: FaultControl;
	/** Writes policies, secrets and roles. @returns the ids of the roles, by name */
	seed(seed: Seed): Record<string, SeededRole>;
	/** A client certificate of its own CA, for logins of the cert method. */
	issueClientCertificate(order: ClientOrder): Identity;
	/** A token as the cluster projects it into a pod, for logins of the kubernetes method. */
	issueServiceAccountToken(request: ServiceAccountTokenRequest): string;
	/** Stops listening and cuts the open connections. */
	close(): Promise<void>;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|\[::1\]|localhost)$/;

/** @throws AgentError when the address is not a loopback one, or is taken */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
	const { host = "127.0.0.1", port = 0 } = options.listen ?? {};
	if (!LOOPBACK.test(host)) throw notLoopback(host);
	const random = options.random ?? randomBytes;
	const rootToken = options.rootToken ?? new Ids(random).token("service");
	const core = new Core({ clock: wallClock(options.clock), random, rootToken });
	const requests = new RequestLog();
	const faults = new FaultControl();
	const closing = new AbortController();
	const record = (entry: RequestEntry) => {
		requests.add(entry);
		options.onRequest?.(entry);
	};
	const listener = createListener({ core, faults, record, closing: closing.signal });
	const bareHost = host.replaceAll(/[[\]]/g, "");
	const own = () => {
		const { certificate: cert, privateKey: key } = core.ca.forServer(bareHost);
		return { cert, key };
	};
	const server = await createHttpServer(listener, options.tls === "own" ? own() : options.tls);
	acceptListVerb(server, listener);
	const cutAll = trackSockets(server);
	const address = await listen(server, bareHost, port);
	return {
		address: `${options.tls ? "https" : "http"}://${address}`,
		rootToken,
		unsealKey: core.seal.key,
		caCert: core.ca.certificate,
		requests,
		faults,
		seed: (seed) => plant(core, rootToken, seed),
		issueClientCertificate: (order) => core.ca.forClient(order),
		issueServiceAccountToken: (request) => core.serviceAccounts.issue(request),
		close: async () => {
			closing.abort(new Error("the server is closing"));
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			cutAll();
			await closed;
		},
	};
}

/** Like Vault, whose TTLs end at dates: it lives by the wall clock alone. */
function wallClock(clock: Clock): Clock {
	const now = () => clock.date();
	return { now, date: now, sleep: (ms, signal) => clock.sleep(ms, signal) };
}

async function createHttpServer(
	listener: RequestListener,
	tls: Exclude<DevServerOptions["tls"], "own">,
): Promise<Server> {
	if (!tls) return createServer(listener);
	const https = await import("node:https");
	const terms = {
		...tls,
		// Which client certificates are good for what, the cert method says; here every one may come in.
		requestCert: true,
		rejectUnauthorized: false,
		// A resumed session has the client's own certificate, but no longer the CAs between it and the trusted one.
		secureOptions: constants.SSL_OP_NO_TICKET,
	};
	return https.createServer(terms, listener);
}

/** @returns a function that cuts every open connection, also those that HTTP has lost track of */
function trackSockets(server: Server): () => void {
	const open = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
	});
	return () => {
		for (const socket of open) socket.destroy();
	};
}

/** @returns host and port as they stand in a URL */
async function listen(server: Server, host: string, port: number): Promise<string> {
	await new Promise<void>((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => reject(listenError(cause, `${host}:${port}`)));
		server.listen(port, host, resolve);
	});
	const { address, port: actual } = server.address() as AddressInfo;
	return address.includes(":") ? `[${address}]:${actual}` : `${address}:${actual}`;
}

function notLoopback(host: string): AgentError {
	return new AgentError(`Cannot listen on "${host}": the development server listens on loopback alone`, {
		code: "E_DEV_LISTEN",
		exitCode: ExitCode.usage,
		rows: {
			do: "use 127.0.0.1 or ::1; for anything that other machines reach, run a real Vault or OpenBao",
		},
	});
}

function listenError(cause: NodeJS.ErrnoException, where: string): AgentError {
	const found = cause.code === "EADDRINUSE" ? "the port is taken" : (cause.code ?? "the system refused");
	return new AgentError(`Cannot listen on "${where}": ${found}`, {
		code: "E_DEV_LISTEN",
		rows: { do: "choose another port, or port 0 for a free one" },
		cause,
	});
}
