import { errorCode } from "../kernel/mod.ts";

/** How a request failed before there was a whole answer. */
export type TransportFailure =
	| "timeout"
	| "too-large"
	| "not-json"
	| "redirect"
	| "network"
	| "tls"
	| "unsendable";

/** Thrown by the transport alone, turned into a `VaultError` by the client. Holds no request. */
export class TransportError extends Error {
	readonly failure: TransportFailure;

	constructor(failure: TransportFailure, message: string) {
		super(message);
		this.name = "TransportError";
		this.failure = failure;
	}
}

/** Node's words for what went wrong on the wire, as people say them. */
const NETWORK_WORDS: Readonly<Record<string, string>> = {
	ECONNREFUSED: "connect refused",
	ECONNRESET: "connection reset",
	EPIPE: "connection reset",
	ETIMEDOUT: "connect timed out",
	ENOTFOUND: "host name not found",
	EAI_AGAIN: "host name cannot be looked up now",
	EHOSTUNREACH: "no route to the host",
	ENETUNREACH: "network unreachable",
	ECONNABORTED: "connection cut",
};

/** What Node says of a request that did not come about, in our words; our own errors as they are. */
export function asTransportError(error: unknown): TransportError {
	if (error instanceof TransportError) return error;
	const code = errorCode(error) ?? "";
	if (/CERT|SSL|TLS|EPROTO|ISSUER|ALTNAME|SIGNATURE|INVALID_CA|INVALID_PURPOSE/.test(code))
		return new TransportError("tls", tlsWords(code));
	if (code === "ERR_INVALID_CHAR")
		return new TransportError("unsendable", "a header holds a character that is not allowed there");
	if (error instanceof AggregateError && error.errors[0] !== undefined)
		return asTransportError(error.errors[0]);
	return new TransportError("network", NETWORK_WORDS[code] ?? (code || "connection cut"));
}

/** What the server says of the certificate that we show, by the ends of OpenSSL's names for its alerts. */
const ALERT_WORDS: readonly (readonly [RegExp, string])[] = [
	[/ALERT_CERTIFICATE_REQUIRED$/, "it asks for a client certificate"],
	[/ALERT_CERTIFICATE_EXPIRED$/, "it takes the client certificate for expired"],
	[/ALERT_UNKNOWN_CA$/, "it does not know the CA of the client certificate"],
	[
		/ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE)$/,
		"it does not accept the client certificate",
	],
];

function tlsWords(code: string): string {
	const alert = ALERT_WORDS.find(([pattern]) => pattern.test(code));
	if (alert !== undefined) return alert[1];
	if (code === "CERT_HAS_EXPIRED") return "its certificate has expired";
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "its certificate is for another name";
	if (/SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY/.test(code)) return "its certificate is signed by an unknown CA";
	return code;
}
