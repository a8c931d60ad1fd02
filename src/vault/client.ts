import { isDeepStrictEqual } from "node:util";
import nodeVault from "node-vault";
import { AgentError, type JsonValue, type Secret } from "../kernel/mod.ts";
import { certificateOf, type ClientCertificate } from "./certificate.ts";
import {
	isOfServer,
	notVault,
	type RequestPlace,
	refused,
	tlsRefused,
	unreachable,
	unsendable,
} from "./errors.ts";
import { encodePath, trimSlashes } from "./paths.ts";
import { asReply, serverTimeOf, type VaultReply } from "./reply.ts";
import type { TlsIdentity, TlsReload } from "./tls.ts";
import { type TransportOptions, type TransportReply, vaultTransport } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** One request to Vault. */
export interface VaultCall {
	readonly method: "GET" | "LIST" | "POST" | "PUT" | "DELETE";
	/** API path without `/v1/`, unescaped. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly body?: Readonly<Record<string, unknown>>;
	/** Absent for logins and other requests that need none. */
	readonly token?: Secret;
	/** Instead of the client's own namespace. */
	readonly namespace?: string;
	/** Have the answer wrapped for so long, in milliseconds; `wrapInfo` of the reply then tells where it is. */
	readonly wrapTtlMs?: number;
}

/** The server as the rest of the program sees it. */
export interface VaultClient {
	/**
	 * Sends one request; tries nothing again.
	 *
	 * @returns the reply of status 2xx, or of status 404 with a body (a deleted KV v2 version, an empty list)
	 * @throws VaultError for every other answer, and for none; the signal's reason when aborted
	 */
	send(call: VaultCall, signal: AbortSignal): Promise<VaultReply>;
}

export interface VaultClientOptions extends Omit<TransportOptions, "allowedOrigins"> {
	/** Tried in turn: the next one after a failed connection, or the reply of a server that cannot serve anybody. */
	readonly addresses: readonly [string, ...string[]];
	readonly namespace?: string;
	/** Reads the files of `tls` again; without it they stay as they were. */
	readonly readTls?: () => TlsIdentity;
	/** Takes live secrets out of what the server says, before it is cut to a length: half a token is known to nobody. */
	readonly clean?: (text: string) => string;
	/** Told about every answered or failed request; used for counting and the trace log. */
	readonly onRequest?: (place: RequestPlace, status: number | undefined) => void;
	/** Told the server's own time whenever it answers, in milliseconds since the epoch. */
	readonly onTime?: (serverTime: number) => void;
	/** Told when a certificate was refused, the server's or our own: the files of it may be others by now. */
	readonly onTlsRefused?: () => void;
}

/** node-vault types its `request-promise` option as `any`; this is what it calls. */
type NodeVaultConfig = NonNullable<Parameters<typeof nodeVault>[0]> & { commands: object };

/** {@link VaultClient} on node-vault, with our own transport in place of its axios. */
export class NodeVaultClient implements VaultClient {
	readonly #options: VaultClientOptions;
	readonly #transport: ReturnType<typeof vaultTransport>;
	readonly #servers: readonly { readonly address: string; readonly api: nodeVault.client }[];
	#current = 0;
	#identity: TlsIdentity;

	constructor(options: VaultClientOptions) {
		this.#options = options;
		this.#identity = options.tls;
		this.#transport = vaultTransport({
			...options,
			allowedOrigins: new Set(options.addresses.map((address) => new URL(address).origin)),
		});
		this.#servers = options.addresses.map((address) => ({ address, api: this.#build(address) }));
	}

	async send(call: VaultCall, signal: AbortSignal): Promise<VaultReply> {
		signal.throwIfAborted();
		const server = this.#servers[this.#current];
		if (server === undefined) throw new RangeError("Cannot send: the client has no address");
		const place: RequestPlace = {
			method: call.method,
			path: call.path,
			address: server.address,
			namespace: call.namespace ?? this.#options.namespace,
		};
		let reply: TransportReply | undefined;
		const options = {
			method: call.method,
			path: `/${encodePath(call.path, call.query)}`,
			headers: this.#headers(call, place),
			...(call.body !== undefined && { json: call.body }),
			signal,
			/** node-vault drops the headers of a reply and rejects 2xx codes that it does not know; this keeps all. */
			onReply: (whole: TransportReply) => {
				reply = whole;
			},
		};
		try {
			await server.api.request(options);
		} catch (error) {
			if (signal.aborted) throw signal.reason;
			if (reply === undefined) throw this.#failed(place, error);
		}
		if (reply === undefined) throw unreachable(place, "no answer");
		this.#options.onRequest?.(place, reply.statusCode);
		const time = serverTimeOf(reply.headers.date);
		if (time !== undefined) this.#options.onTime?.(time);
		return this.#judge(place, reply);
	}

	/** The certificate that is shown to the server, if there is one. */
	get certificate(): ClientCertificate | undefined {
		return this.#identity.cert === undefined ? undefined : certificateOf(this.#identity.cert);
	}

	/**
	 * Reads the TLS files again. A new identity is shown on every connection from now on; files that do not make
	 * one (half written, gone) leave the old one in force.
	 */
	reloadTls(): TlsReload {
		try {
			const identity = this.#options.readTls?.() ?? this.#identity;
			if (isDeepStrictEqual(identity, this.#identity)) return { kind: "same" };
			this.#identity = identity;
			this.#transport.identify(identity);
			return { kind: "changed" };
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			return { kind: "kept", error };
		}
	}

	/** Cuts all connections, whatever is under way. */
	close(): void {
		this.#transport.close();
	}

	#build(address: string): nodeVault.client {
		const send = this.#transport.defaults();
		const config: NodeVaultConfig = {
			endpoint: address,
			"request-promise": {
				defaults:
					() =>
					async (options: Parameters<typeof send>[0] & { onReply: (reply: TransportReply) => void }) => {
						const reply = await send(options);
						options.onReply(reply);
						return reply;
					},
			},
			commands: {}, // only `request` is used: eighty generated commands would cost start-up time
			debug: () => {}, // its debug output prints role ids, secret ids and written secrets
		};
		const api = nodeVault(config);
		// Left to itself it takes these from the environment and adds them to every request, logins included.
		Object.assign(api, { token: undefined, namespace: undefined, pathPrefix: "" });
		return api;
	}

	#headers(call: VaultCall, place: RequestPlace): Record<string, string> {
		return {
			...(call.token && { "X-Vault-Token": call.token.reveal() }),
			...(place.namespace !== undefined && { "X-Vault-Namespace": place.namespace }),
			...(call.wrapTtlMs !== undefined && { "X-Vault-Wrap-TTL": `${Math.ceil(call.wrapTtlMs / 1000)}s` }),
		};
	}

	#failed(place: RequestPlace, error: unknown): AgentError {
		this.#options.onRequest?.(place, undefined);
		if (!(error instanceof TransportError)) return unreachable(place, "the request could not be made");
		if (error.failure === "unsendable") return unsendable(place, error.message);
		this.#leave(place.address);
		switch (error.failure) {
			case "timeout":
			case "network":
				return unreachable(place, error.message);
			case "tls":
				this.#options.onTlsRefused?.();
				return tlsRefused(place, error.message);
			case "too-large":
			case "not-json":
			case "redirect":
				return notVault(place, error.message);
			default:
				return error.failure satisfies never;
		}
	}

	/** The next address from now on, but only one step for all the requests that failed side by side. */
	#leave(address: string): void {
		if (this.#servers[this.#current]?.address === address)
			this.#current = (this.#current + 1) % this.#servers.length;
	}

	#judge(place: RequestPlace, reply: TransportReply): VaultReply {
		const { statusCode: status, body } = reply;
		if (!isObject(body)) throw notVault(place, `status ${status}, JSON of another kind`);
		const { clean = (text) => text } = this.#options;
		const errors = errorsOf(body).map(clean);
		if ((status >= 200 && status < 300) || (status === 404 && errors.length === 0 && body !== undefined)) {
			if (!isVaultAnswer(place.path, { status, body })) {
				const what = body === undefined ? "an empty body" : "JSON of another kind";
				throw notVault(place, `status ${status}, ${what}`);
			}
			return asReply(status, body, reply.headers.date);
		}
		const error = refused(place, { status, errors, ...retryAfter(reply.headers["retry-after"]) });
		if (isOfServer(error)) this.#leave(place.address);
		throw error;
	}
}

type Body = { readonly [key: string]: JsonValue } | undefined;

function isObject(body: JsonValue | undefined): body is Body {
	return body === undefined || (typeof body === "object" && body !== null && !Array.isArray(body));
}

/**
 * Whether a success is Vault's: anybody can say 200, and an empty secret taken from a proxy would be delivered.
 * All of Vault's answers are framed but for a few below `sys/`, the 204 of a write, and the bare 404.
 */
function isVaultAnswer(path: string, { status, body }: { status: number; body: Body }): boolean {
	if (body === undefined) return status === 204;
	return "request_id" in body || "errors" in body || trimSlashes(path).startsWith("sys/");
}

function errorsOf(body: Body): string[] {
	const errors = body?.["errors"];
	return Array.isArray(errors) ? errors.filter((error) => typeof error === "string") : [];
}

/** What a server may ask for: a mistake in a proxy is not to keep a secret from being read for days. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** RFC 9110 10.2.3 allows a date as well; Vault sends seconds. */
function retryAfter(header: string | undefined): { retryAfterMs?: number } {
	if (header === undefined || !/^\d+$/.test(header)) return {};
	return { retryAfterMs: Math.min(Number(header) * 1000, LONGEST_RETRY_AFTER_MS) };
}
