import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Secret } from "../kernel/mod.ts";

/** Who may ask for what. */
export interface Access {
	/** Reached from this machine alone: a loopback address or a Unix socket. */
	readonly isLocal: boolean;
	/** Whether requests name a host; on a Unix socket that name means nothing. */
	readonly hasHost: boolean;
	/** Names that a request may be meant for, besides `localhost` and IP addresses. */
	readonly hosts: readonly string[];
	/** What opens everything. */
	readonly token?: Secret;
	/** A client certificate that the configured authority has signed opens everything. */
	readonly acceptsCertificates: boolean;
}

/** Why a request is not answered. */
export interface Refusal {
	readonly status: number;
	readonly message: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** What the guard looks at. */
export type Head = Pick<IncomingMessage, "headers" | "method">;

/**
 * Whether the request is meant for this server. A web page may point a name of its own at a loopback address and so
 * read what is served there (DNS rebinding); it cannot do so with an address or with a name that is known here.
 */
export function misdirected({ headers }: Head, { hasHost, hosts }: Access): Refusal | undefined {
	if (!hasHost) return undefined;
	const name = URL.parse(`http://${headers.host ?? ""}`)?.hostname.replace(/\.$/, "") ?? "";
	const isAddress = isIP(name.replaceAll(/[[\]]/g, "")) !== 0;
	if (isAddress || /^(.*\.)?localhost$/.test(name) || hosts.includes(name)) return undefined;
	return { status: 421, message: "the request is meant for another host; add its name to listener.hosts" };
}

/** Browsers say where a request that changes something comes from; no page of ours makes one. */
export function crossSite({ headers, method }: Head): Refusal | undefined {
	if (method !== "POST" || (headers.origin === undefined && headers["sec-fetch-site"] === undefined))
		return undefined;
	return { status: 403, message: "a web page may not ask for this" };
}

/** @param isCertified whether the connection came with a certificate that the authority has signed */
export function unauthorized(head: Head, access: Access, isCertified: boolean): Refusal | undefined {
	const { token, acceptsCertificates, isLocal } = access;
	if (token === undefined && !acceptsCertificates) {
		const message = "only /healthz, /readyz and /metrics are answered here; set listener.token_file";
		return isLocal ? undefined : { status: 403, message };
	}
	if (acceptsCertificates && isCertified) return undefined;
	if (token !== undefined && isSame(token.reveal(), tokenIn(head))) return undefined;
	return {
		status: 401,
		message: token === undefined ? "a client certificate is needed" : "a token is needed",
		headers: token === undefined ? {} : { "WWW-Authenticate": 'Basic realm="keyturn"' },
	};
}

/** As a bearer token, or as the password that a browser asks a person for (RFC 7617). */
function tokenIn({ headers }: Head): string {
	const [, scheme = "", value = ""] = /^(\S+) +(\S+)$/.exec(headers.authorization ?? "") ?? [];
	if (/^bearer$/i.test(scheme)) return value;
	if (!/^basic$/i.test(scheme)) return "";
	return /^[^:]*:(.*)$/s.exec(Buffer.from(value, "base64").toString("utf8"))?.[1] ?? "";
}

/** In a time that says nothing about where the two differ, or how long they are. */
function isSame(a: string, b: string): boolean {
	const digest = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}
