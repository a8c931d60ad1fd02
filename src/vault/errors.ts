import { AgentError, type AgentErrorInit, ExitCode, printable } from "../kernel/mod.ts";

interface VaultErrorInit extends AgentErrorInit {
	/** HTTP status, when the server answered at all. */
	readonly status?: number;
	/** What the server asked for in `Retry-After`, in milliseconds. */
	readonly retryAfterMs?: number;
}

/** Thrown when a request to Vault brought no usable answer. Rebuilt from scratch: it carries no request and no header. */
export class VaultError extends AgentError {
	readonly status: number | undefined;
	readonly retryAfterMs: number | undefined;

	constructor(message: string, init: VaultErrorInit) {
		super(message, init);
		this.status = init.status;
		this.retryAfterMs = init.retryAfterMs;
	}
}

/** Where a request went, for messages. */
export interface RequestPlace {
	readonly method: string;
	/** API path without `/v1/`. */
	readonly path: string;
	/** The server's address. */
	readonly address: string;
	readonly namespace: string | undefined;
}

/** The rows that say where a request went. */
function at(place: RequestPlace): string {
	const namespace = place.namespace === undefined ? "" : `  namespace ${place.namespace}`;
	return `${place.address}  ${place.method} ${place.path}${namespace}`;
}

/** Vault could not be reached, or its answer never arrived whole. */
export function unreachable(place: RequestPlace, what: string): VaultError {
	return new VaultError(`Vault is away (${what})`, {
		code: "E_VAULT_UNREACHABLE",
		exitCode: ExitCode.timeout,
		remedy: "retry",
		rows: { at: at(place), do: "check the address (VAULT_ADDR), the network and the server" },
		facts: { path: place.path, address: place.address },
	});
}

/** What Go's server makes of plain HTTP where it speaks TLS: "Client sent an HTTP request to an HTTPS server." */
const HTTP_ON_TLS_PORT = "status 400, no content type";

/** Something answered that is not Vault: a login page, a proxy, another API. */
export function notVault(place: RequestPlace, what: string): VaultError {
	return new VaultError(`${place.address} does not answer like Vault (${what})`, {
		code: "E_NOT_VAULT",
		exitCode: ExitCode.timeout,
		remedy: "retry",
		rows: {
			at: at(place),
			do:
				place.address.startsWith("http:") && what.startsWith(HTTP_ON_TLS_PORT)
					? "it may speak TLS at that port: write https://"
					: "check that the address is Vault's own, without a proxy or login page before it",
		},
		facts: { path: place.path, address: place.address },
	});
}

/** The server's certificate, or our own, was not accepted. */
export function tlsRefused(place: RequestPlace, what: string): VaultError {
	return new VaultError(`the TLS connection to ${place.address} was refused (${what})`, {
		code: "E_VAULT_TLS",
		exitCode: ExitCode.timeout,
		remedy: "retry",
		rows: {
			at: at(place),
			do: tlsAdvice(what),
		},
		facts: { path: place.path, address: place.address },
	});
}

function tlsAdvice(what: string): string {
	if (/another name/.test(what))
		return "use the name in the certificate as address, or set vault.tls_server_name (VAULT_TLS_SERVER_NAME) to it";
	if (/client certificate/.test(what))
		return "set vault.client_cert and vault.client_key (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY) to a valid pair of a CA that the server trusts";
	return "set vault.ca_cert (VAULT_CACERT) to the CA that signed Vault's certificate";
}

/** A token or a namespace that no HTTP header can carry: the request never left. */
export function unsendable(place: RequestPlace, what: string): VaultError {
	return new VaultError(`the request to Vault cannot be sent (${what})`, {
		code: "E_REQUEST_INVALID",
		exitCode: ExitCode.loginRefused,
		rows: {
			at: at(place),
			do: "look for a line break or a letter outside of ASCII in the token or the namespace",
		},
		facts: { path: place.path, address: place.address },
	});
}

/** A path that is none: the request never left. */
export function noPath(path: string): VaultError {
	return new VaultError(`"${printable(path)}" is no path in Vault`, {
		code: "E_REQUEST_INVALID",
		exitCode: ExitCode.usage,
		rows: { do: 'leave out empty, "." and ".." parts' },
	});
}

/** Longest part of Vault's own words that a message repeats. */
const LONGEST_QUOTE = 300;

/**
 * The error for a reply that is not a success (developer.hashicorp.com/vault/api-docs#http-status-codes).
 *
 * @param place where the request went
 * @param reply status, Vault's own words, and how long to stay away
 */
export function refused(
	place: RequestPlace,
	reply: { readonly status: number; readonly errors: readonly string[]; readonly retryAfterMs?: number },
): VaultError {
	const { status } = reply;
	const words = reply.errors.join("; ").replaceAll(/\s+/g, " ").trim().slice(0, LONGEST_QUOTE);
	const common = {
		status,
		...(reply.retryAfterMs !== undefined && { retryAfterMs: reply.retryAfterMs }),
		facts: { path: place.path, status, address: place.address },
	};
	if (status === 403) {
		const isDead = /invalid token/i.test(words);
		const detail = otherThan(/permission denied/gi, words);
		return new VaultError(`permission denied on ${place.path}${detail} (403)`, {
			...common,
			code: "E_PERMISSION_DENIED",
			...(isDead && { remedy: "relogin" }),
			exitCode: ExitCode.missing,
			rows: { at: at(place), do: `give the token's policies:  ${policyFor(place)}` },
		});
	}
	if (status === 404) {
		return new VaultError(`nothing is at ${place.path}${otherThan(/^$/g, words)} (404)`, {
			...common,
			code: "E_PATH_UNKNOWN",
			exitCode: ExitCode.missing,
			rows: { at: at(place), do: "check the mount at the beginning of the path, and the namespace" },
		});
	}
	const sealed = status === 503 && /sealed/i.test(words);
	if (isPassing(status)) {
		const why = sealed ? "Vault is sealed" : words || (wordsOfHealth(place, status) ?? `status ${status}`);
		return new VaultError(`Vault cannot serve ${place.path} now: ${why} (${status})`, {
			...common,
			code: sealed ? "E_VAULT_SEALED" : "E_VAULT_BUSY",
			exitCode: ExitCode.timeout,
			remedy: "retry",
			rows: { at: at(place), do: sealed ? "unseal Vault" : "nothing: it is tried again by itself" },
		});
	}
	return new VaultError(`Vault refused ${place.path}: ${words || "no reason given"} (${status})`, {
		...common,
		code: "E_VAULT_REFUSED",
		exitCode: ExitCode.failed,
		rows: { at: at(place) },
	});
}

/** `: ` and what Vault says beyond the usual words and the marks of its error lists. */
function otherThan(usual: RegExp, words: string): string {
	const rest = words
		.replaceAll(/\d+ errors? occurred:/g, "")
		.replaceAll(usual, "")
		.replaceAll(/(?:\s*[*;]\s*)+/g, "; ")
		.replaceAll(/^[\s;]+|[\s;]+$/g, "");
	return rest === "" ? "" : `: ${rest}`;
}

/** 412 is a replica that has not caught up yet; 472 and 473 are standbys (api-docs/system/health). */
function isPassing(status: number): boolean {
	return status >= 500 || [408, 412, 429, 472, 473].includes(status);
}

/** What a health check says by its status alone: there 429 is no rate limit (api-docs/system/health). */
function wordsOfHealth({ path }: RequestPlace, status: number): string | undefined {
	if (path !== "sys/health") return undefined;
	return {
		429: "it is a standby",
		472: "it is a disaster recovery secondary",
		473: "it is a performance standby",
	}[status];
}

/**
 * Whether a refusal is about the server that answered and not about what it was asked, so that another one may serve
 * it: sealed, a standby that knows of no active node, or a proxy without a server behind it.
 */
export function isOfServer({ code, status = 0, message }: VaultError): boolean {
	if (code === "E_VAULT_SEALED" || [472, 473, 502, 503, 504].includes(status)) return true;
	return status === 500 && /active (cluster )?node not found/i.test(message);
}

/** The line of policy that allows a request, in HCL. */
export function policyFor(place: { readonly method: string; readonly path: string }): string {
	const capability = { GET: "read", LIST: "list", DELETE: "delete" }[place.method] ?? "update";
	return `path "${place.path}" { capabilities = ["${capability}"] }`;
}
