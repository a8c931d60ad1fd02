import { createHash, type KeyObject, sign } from "node:crypto";
import { bitString, contextTag, decode, encode, integer, objectId, sequence, Tag, time } from "./der.ts";
import { alternativeNames, subjectName } from "./names.ts";

/** What is to be certified. Times in ms, cut to whole seconds. */
export interface CertificateOrder {
	readonly commonName: string;
	/** Host names and IP addresses. */
	readonly names?: readonly string[];
	readonly publicKey: KeyObject;
	/** A CA signs other certificates and is good for nothing else. */
	readonly uses: readonly ("server" | "client")[] | "ca";
	readonly notBefore: number;
	readonly notAfter: number;
	/** Big-endian, at most 20 bytes, the first below 0x80. */
	readonly serial: Buffer;
	/** Where the issuer's certificate can be had. */
	readonly issuerUrls?: readonly string[];
}

/** Whose key signs. */
export interface Signer {
	/** The DER of its subject. */
	readonly name: Buffer;
	readonly keyId: Buffer;
	readonly privateKey: KeyObject;
}

/** RFC 5280, section 4.2. */
export const EXTENSION = {
	subjectKeyId: "2.5.29.14",
	keyUsage: "2.5.29.15",
	alternativeNames: "2.5.29.17",
	basicConstraints: "2.5.29.19",
	authorityKeyId: "2.5.29.35",
	extendedKeyUsage: "2.5.29.37",
	authorityInformation: "1.3.6.1.5.5.7.1.1",
} as const;

/** Extended key usages: RFC 5280, section 4.2.1.12. */
export const PURPOSE = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;
const CA_ISSUERS = "1.3.6.1.5.5.7.48.2";

/** keyCertSign and cRLSign; digitalSignature, keyEncipherment and keyAgreement. Bits from the left, the rest unused. */
const CA_KEY_USAGE = bitString(Buffer.of(0b0000_0110), 1);
const LEAF_KEY_USAGE = bitString(Buffer.of(0b1010_1000), 3);
const TRUE = encode(Tag.boolean, Buffer.of(0xff));

/** A certificate in PEM (RFC 5280, section 4). */
export function signCertificate(order: CertificateOrder, signer: Signer): string {
	const algorithm = signatureAlgorithm(signer.privateKey);
	const body = sequence(
		encode(contextTag(0, "values"), integer(Buffer.of(2))), // version 3
		integer(order.serial),
		algorithm,
		signer.name,
		sequence(time(order.notBefore), time(order.notAfter)),
		subjectName(order.commonName),
		order.publicKey.export({ type: "spki", format: "der" }),
		encode(contextTag(3, "values"), sequence(...extensions(order, signer))),
	);
	const hash = signer.privateKey.asymmetricKeyType === "ed25519" ? null : "sha256";
	const whole = sequence(body, algorithm, bitString(sign(hash, body, signer.privateKey)));
	return toPem("CERTIFICATE", whole);
}

/** SHA-1 of the key's bits: method 1 of RFC 5280, section 4.2.1.2. A name for the key, not a protection. */
export function keyId(publicKey: KeyObject): Buffer {
	const [key] = decode(publicKey.export({ type: "spki", format: "der" }));
	const [, bits] = decode(key?.content ?? Buffer.of());
	return createHash("sha1")
		.update(bits?.content.subarray(1) ?? "")
		.digest();
}

/** `0a:1b:…`, as serials and key ids are shown. */
export function inPairs(bytes: Buffer): string {
	return bytes.toString("hex").replaceAll(/(..)(?=.)/g, "$1:");
}

function extensions(order: CertificateOrder, signer: Signer): Buffer[] {
	const { names = [], issuerUrls = [], uses } = order;
	const isCa = uses === "ca";
	const list = [
		critical(EXTENSION.keyUsage, isCa ? CA_KEY_USAGE : LEAF_KEY_USAGE),
		critical(EXTENSION.basicConstraints, isCa ? sequence(TRUE) : sequence()),
		extension(EXTENSION.subjectKeyId, encode(Tag.octetString, keyId(order.publicKey))),
		extension(EXTENSION.authorityKeyId, sequence(encode(contextTag(0, "bytes"), signer.keyId))),
	];
	if (!isCa && uses.length > 0) {
		const purposes = uses.map((use) => objectId(PURPOSE[use]));
		list.push(extension(EXTENSION.extendedKeyUsage, sequence(...purposes)));
	}
	if (issuerUrls.length > 0) {
		const places = issuerUrls.map((url) =>
			sequence(objectId(CA_ISSUERS), encode(contextTag(6, "bytes"), Buffer.from(url))),
		);
		list.push(extension(EXTENSION.authorityInformation, sequence(...places)));
	}
	if (names.length > 0) list.push(extension(EXTENSION.alternativeNames, alternativeNames(names)));
	return list;
}

function extension(id: string, value: Buffer): Buffer {
	return sequence(objectId(id), encode(Tag.octetString, value));
}

function critical(id: string, value: Buffer): Buffer {
	return sequence(objectId(id), TRUE, encode(Tag.octetString, value));
}

/** By the kind of the key; SHA-256 for all that take a hash. */
function signatureAlgorithm(key: KeyObject): Buffer {
	switch (key.asymmetricKeyType) {
		case "rsa":
			return sequence(objectId("1.2.840.113549.1.1.11"), encode(Tag.null));
		case "ec":
			return sequence(objectId("1.2.840.10045.4.3.2"));
		case "ed25519":
			return sequence(objectId("1.3.101.112"));
		default:
			throw new TypeError(`Cannot sign with a key of type "${key.asymmetricKeyType}"`);
	}
}

function toPem(label: string, der: Buffer): string {
	const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
