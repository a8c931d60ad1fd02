import { createDecipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from "node:crypto";

export interface Envelope {
	readonly curve25519_public_key: string;
	readonly nonce: string;
	readonly encrypted_payload: string;
}

interface Terms {
	readonly isDerived?: boolean;
	readonly aad?: string;
}

/** Who has the private key of an encrypted sink: written from the description of the format, not from our code. */
export function envelopeReader() {
	const pair = generateKeyPairSync("x25519");
	const own = Buffer.from(pair.publicKey.export({ format: "jwk" }).x ?? "", "base64url");
	return {
		/** What stands in the file at `dh_path`. */
		publicKey: JSON.stringify({ curve25519_public_key: own.toString("base64") }),
		/** Throws when it was not made for us, or not on these terms. */
		open(text: string, { isDerived = false, aad = "" }: Terms = {}): string {
			const envelope = JSON.parse(text) as Envelope;
			const theirs = Buffer.from(envelope.curve25519_public_key, "base64");
			const jwk = { kty: "OKP", crv: "X25519", x: theirs.toString("base64url") };
			const publicKey = createPublicKey({ key: jwk, format: "jwk" });
			const shared = diffieHellman({ privateKey: pair.privateKey, publicKey });
			const [salt, info] = Buffer.compare(own, theirs) < 0 ? [own, theirs] : [theirs, own];
			const key = isDerived ? Buffer.from(hkdfSync("sha256", shared, salt, info, 32)) : shared;
			const payload = Buffer.from(envelope.encrypted_payload, "base64");
			const nonce = Buffer.from(envelope.nonce, "base64");
			const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
			decipher.setAAD(Buffer.from(aad));
			decipher.setAuthTag(payload.subarray(-16));
			return Buffer.concat([decipher.update(payload.subarray(0, -16)), decipher.final()]).toString("utf8");
		},
	};
}
