import { X509Certificate } from "node:crypto";

/** What the certificate that we show says of itself. */
export interface ClientCertificate {
	/** Such as `CN=gateway.example`. */
	readonly subject: string;
	readonly issuer: string;
	/** Milliseconds since the epoch. */
	readonly notBefore: number;
	/** Milliseconds since the epoch. */
	readonly notAfter: number;
	/** Tells it from every other one. */
	readonly fingerprint: string;
}

/** @param pem the certificate, first of its chain */
export function certificateOf(pem: string): ClientCertificate {
	const { subject, issuer, validFromDate, validToDate, fingerprint256 } = new X509Certificate(pem);
	return {
		subject: inOneLine(subject),
		issuer: inOneLine(issuer),
		notBefore: validFromDate.getTime(),
		notAfter: validToDate.getTime(),
		fingerprint: fingerprint256,
	};
}

/** Node gives each part of a name a line of its own; a certificate without a name gives nothing at all. */
function inOneLine(name: string | undefined): string {
	return name?.split("\n").join(", ") ?? "";
}
