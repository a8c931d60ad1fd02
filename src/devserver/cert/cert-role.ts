import { X509Certificate } from "node:crypto";
import { ApiError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import {
	describeRoleTokens,
	PLAIN_ROLE_TOKENS,
	readRoleTokens,
	type RoleTokens,
} from "../tokens/role-tokens.ts";
import { PURPOSE } from "../x509/certificate.ts";

/** Whom a role lets in, and what they get (https://developer.hashicorp.com/vault/api-docs/auth/cert#parameters). */
export interface CertRole {
	readonly name: string;
	/** PEM as it was written: CAs, or a client's own certificate. */
	readonly certificate: string;
	readonly trusted: readonly X509Certificate[];
	readonly displayName: string;
	/** Globs; null for what was never set. */
	readonly allowed_names: string[] | null;
	readonly allowed_common_names: string[] | null;
	readonly allowed_dns_sans: string[] | null;
	readonly tokens: RoleTokens;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** anyExtendedKeyUsage: RFC 5280, section 4.2.1.12. */
const ANY_USE = "2.5.29.37.0";

/** What the request names, and the rest as it was. @throws ApiError 400 in the words of the real server */
export function readCertRole(name: string, before: CertRole | undefined, fields: Fields): CertRole {
	const tokens = readRoleTokens(before?.tokens ?? PLAIN_ROLE_TOKENS, fields);
	const certificate = fields.text("certificate") ?? before?.certificate ?? "";
	const list = (key: "allowed_names" | "allowed_common_names" | "allowed_dns_sans") =>
		fields.list(key) ?? before?.[key] ?? null;
	return {
		name,
		certificate,
		trusted: readTrusted(certificate),
		displayName: (fields.text("display_name") ?? before?.displayName) || name,
		allowed_names: list("allowed_names"),
		allowed_common_names: list("allowed_common_names"),
		allowed_dns_sans: list("allowed_dns_sans"),
		tokens,
	};
}

export function describeCertRole(role: CertRole): JsonObject {
	return {
		...NOT_BUILT,
		allowed_names: role.allowed_names,
		allowed_common_names: role.allowed_common_names,
		allowed_dns_sans: role.allowed_dns_sans,
		certificate: role.certificate,
		display_name: role.displayName,
		...describeRoleTokens(role.tokens),
	};
}

/** Whether a certificate without uses of its own, or with this one among them, may identify a client. */
export function isForClients({ keyUsage }: X509Certificate): boolean {
	// Absent where the certificate does not narrow its uses, whatever the type says.
	const uses = keyUsage as readonly string[] | undefined;
	return uses === undefined || uses.includes(PURPOSE.client) || uses.includes(ANY_USE);
}

/** Shown as on a real server, where it has not been set. */
const NOT_BUILT: JsonObject = {
	allowed_email_sans: null,
	allowed_metadata_extensions: null,
	allowed_organizational_units: null,
	allowed_uri_sans: null,
	ocsp_ca_certificates: "",
	ocsp_enabled: false,
	ocsp_fail_open: false,
	ocsp_query_all_servers: false,
	ocsp_servers_override: null,
	required_extensions: null,
};

function readTrusted(pem: string): X509Certificate[] {
	const trusted = (pem.match(PEM) ?? []).flatMap(parse);
	const [first] = trusted;
	if (!first) throw new ApiError(400, "failed to parse certificate");
	if (!first.ca && !isForClients(first)) {
		throw new ApiError(
			400,
			"nonCA certificates should have TLS client authentication set as an extended key usage",
		);
	}
	return trusted;
}

function parse(pem: string): X509Certificate[] {
	try {
		return [new X509Certificate(pem)];
	} catch {
		return [];
	}
}
