import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type CertificateOrder, keyId, type Signer, signCertificate } from "./certificate.ts";
import { subjectName } from "./names.ts";

/** Which key is made: `bits` is the modulus for RSA and the curve for EC. */
export interface KeyTerms {
	readonly type: "rsa" | "ec" | "ed25519";
	/** Without effect for Ed25519. */
	readonly bits: number;
}

export interface KeyPair {
	readonly publicKey: KeyObject;
	readonly privateKey: KeyObject;
}

/** A CA: its certificate, and the key that signs others. */
export interface Authority extends Signer {
	/** PEM. */
	readonly certificate: string;
	/** ms */
	readonly notAfter: number;
}

export type AuthorityTerms = Omit<CertificateOrder, "publicKey" | "uses" | "names">;

export const P256: KeyTerms = { type: "ec", bits: 256 };

export function createKeyPair({ type, bits }: KeyTerms): KeyPair {
	if (type === "rsa") return generateKeyPairSync("rsa", { modulusLength: bits });
	return type === "ec"
		? generateKeyPairSync("ec", { namedCurve: `P-${bits}` })
		: generateKeyPairSync("ed25519");
}

/** A CA that has signed itself. */
export function createAuthority(terms: AuthorityTerms, { publicKey, privateKey }: KeyPair): Authority {
	const signer = { name: subjectName(terms.commonName), keyId: keyId(publicKey), privateKey };
	const certificate = signCertificate({ ...terms, publicKey, uses: "ca" }, signer);
	return { ...signer, certificate, notAfter: terms.notAfter };
}

/** Twenty bytes that a DER integer takes as they are: positive, and none of them to be dropped. */
export function createSerial(random: (bytes: number) => Buffer): Buffer {
	const serial = random(20);
	serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
	return serial;
}
