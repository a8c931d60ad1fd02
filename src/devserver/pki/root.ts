import { ApiError } from "../api-error.ts";
import type { Core } from "../core.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import { type Authority, createAuthority, createKeyPair } from "../x509/authority.ts";
import { inPairs } from "../x509/certificate.ts";
import { newSerial, privateKeyText, ttlWarnings } from "./issue.ts";
import { certificateTtl, readKeyTerms } from "./pki-role.ts";

export interface GeneratedRoot {
	readonly authority: Authority;
	/** `0a:1b:…` */
	readonly serial: string;
	readonly data: JsonObject;
	readonly warnings: readonly string[];
}

/**
 * A CA that signs itself (https://developer.hashicorp.com/vault/api-docs/secret/pki#generate-root).
 *
 * @param kind `internal` keeps the key inside, `exported` gives it out this once
 */
export function generateRoot(fields: Fields, kind: string, { clock, ids }: Core): GeneratedRoot {
	if (!["internal", "exported"].includes(kind)) {
		throw new ApiError(
			400,
			'the "exported" path parameter must be "internal", "existing", exported" or "kms"',
		);
	}
	const key = readKeyTerms(fields);
	const ttl = certificateTtl(fields.seconds("ttl") ?? 0, { ttl: 0, max_ttl: 0 });
	const now = clock.now();
	const serial = newSerial(ids);
	const notAfter = now + ttl.seconds * 1000;
	const terms = { commonName: fields.text("common_name") ?? "", notBefore: now - 30_000, notAfter, serial };
	const pair = createKeyPair(key);
	const authority = createAuthority(terms, pair);
	const certificate = authority.certificate.trimEnd();
	const exported = {
		private_key: privateKeyText(pair.privateKey, fields.text("private_key_format") ?? ""),
		private_key_type: key.type,
	};
	return {
		authority,
		serial: inPairs(serial),
		data: {
			certificate,
			expiration: Math.floor(notAfter / 1000),
			issuer_name: fields.text("issuer_name") ?? "",
			issuing_ca: certificate,
			serial_number: inPairs(serial),
			...(kind === "exported" ? exported : {}),
		},
		warnings: ttlWarnings(ttl),
	};
}
