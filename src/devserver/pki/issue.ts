import type { KeyObject } from "node:crypto";
import { ApiError } from "../api-error.ts";
import type { Core } from "../core.ts";
import type { Fields } from "../fields.ts";
import { goDuration, rfc3339 } from "../go-time.ts";
import type { Ids } from "../ids.ts";
import type { JsonObject } from "../json-object.ts";
import { type Authority, createKeyPair, createSerial } from "../x509/authority.ts";
import { inPairs, signCertificate } from "../x509/certificate.ts";
import { readNames } from "./names.ts";
import { certificateTtl, type PkiRole, type TtlAnswer } from "./pki-role.ts";

/** Who signs, by which rules, and where the signer is to be had. */
export interface IssueTerms {
	readonly ca: Authority;
	readonly role: PkiRole;
	readonly issuerUrls: readonly string[];
}

export interface IssuedCertificate {
	/** `0a:1b:…` */
	readonly serial: string;
	/** PEM. */
	readonly certificate: string;
	readonly data: JsonObject;
	readonly warnings: readonly string[];
}

/** A certificate with a key made for it (https://developer.hashicorp.com/vault/api-docs/secret/pki#generate-certificate-and-key). */
export function issue(fields: Fields, terms: IssueTerms, { clock, ids }: Core): IssuedCertificate {
	const { ca, role, issuerUrls } = terms;
	const format = readFormat(fields);
	const { commonName, names } = readNames(fields, role);
	const ttl = certificateTtl(fields.seconds("ttl") ?? 0, role);
	const now = clock.now();
	const notAfter = now + ttl.seconds * 1000;
	if (notAfter > ca.notAfter) throw outlivesCa(notAfter, ca);
	const { publicKey, privateKey } = createKeyPair({ type: role.key_type, bits: role.key_bits });
	const serial = newSerial(ids);
	const notBefore = now - role.not_before_duration * 1000;
	const uses = [
		...(role.server_flag ? (["server"] as const) : []),
		...(role.client_flag ? (["client"] as const) : []),
	];
	const order = { commonName, names, publicKey, uses, notBefore, notAfter, serial, issuerUrls };
	const certificate = signCertificate(order, ca);
	const [own, issuer] = [certificate.trimEnd(), ca.certificate.trimEnd()];
	const key = privateKeyText(privateKey, fields.text("private_key_format") ?? "");
	return {
		serial: inPairs(serial),
		certificate,
		data: {
			ca_chain: [issuer],
			// The key in a bundle is in its own format, whatever else was asked for.
			certificate: format === "pem_bundle" ? [privateKeyText(privateKey, ""), own, issuer].join("\n") : own,
			expiration: Math.floor(notAfter / 1000),
			issuing_ca: issuer,
			not_before: Math.floor(notBefore / 1000),
			private_key: key,
			private_key_type: role.key_type,
			serial_number: inPairs(serial),
		},
		warnings: ttlWarnings(ttl),
	};
}

export function ttlWarnings({ seconds, wanted, longest }: TtlAnswer): string[] {
	if (wanted === seconds) return [];
	const [asked, allowed] = [goDuration(wanted), goDuration(longest)];
	return [`TTL "${asked}" is longer than permitted maxTTL "${allowed}", so maxTTL is being used`];
}

/** PEM without a line end behind it; the key's own format unless PKCS #8 is asked for. */
export function privateKeyText(key: KeyObject, format: string): string {
	const own = key.asymmetricKeyType === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : "pkcs8";
	return String(key.export({ format: "pem", type: format === "pkcs8" ? "pkcs8" : own })).trimEnd();
}

export function newSerial(ids: Ids): Buffer {
	return createSerial((bytes) => Buffer.from(ids.hex(bytes), "hex"));
}

function outlivesCa(notAfter: number, ca: Authority): ApiError {
	const ends = `notAfter of ${rfc3339(notAfter)} that is beyond the expiration of the CA certificate at ${rfc3339(ca.notAfter)}`;
	return new ApiError(400, `cannot satisfy request, as TTL would result in ${ends}`);
}

function readFormat(fields: Fields): string {
	const format = fields.text("format") ?? "pem";
	if (format === "der") throw new ApiError(400, 'the format "der" is not built in here');
	if (["pem", "pem_bundle"].includes(format)) return format;
	throw new ApiError(400, 'the "format" path parameter must be "pem", "der", or "pem_bundle"');
}
