import { constants, type KeyObject, sign, verify } from "node:crypto";
import { parseJson } from "../../kernel/mod.ts";
import { isJsonObject, type JsonObject } from "../json-object.ts";

/** A signed token taken apart (RFC 7515, compact form); nothing in it is to be believed before its signature is checked. */
export interface Jwt {
	readonly algorithm: string;
	readonly claims: JsonObject;
	readonly signed: Buffer;
	readonly signature: Buffer;
}

interface Algorithm {
	readonly keyType: string;
	readonly hash: string | null;
	readonly isPss?: boolean;
	readonly curve?: string;
}

/** RFC 7518, section 3.1, and RFC 8037; without the symmetric ones and `none`. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
	RS256: { keyType: "rsa", hash: "sha256" },
	RS384: { keyType: "rsa", hash: "sha384" },
	RS512: { keyType: "rsa", hash: "sha512" },
	PS256: { keyType: "rsa", hash: "sha256", isPss: true },
	PS384: { keyType: "rsa", hash: "sha384", isPss: true },
	PS512: { keyType: "rsa", hash: "sha512", isPss: true },
	ES256: { keyType: "ec", hash: "sha256", curve: "prime256v1" },
	ES384: { keyType: "ec", hash: "sha384", curve: "secp384r1" },
	ES512: { keyType: "ec", hash: "sha512", curve: "secp521r1" },
	EdDSA: { keyType: "ed25519", hash: null },
};

/** `undefined` for what is no JWT. */
export function readJwt(text: string): Jwt | undefined {
	const parts = text.split(".");
	const [head = "", body = "", signature = ""] = parts;
	const header = readPart(head);
	const claims = readPart(body);
	const algorithm = header?.["alg"];
	if (parts.length !== 3 || typeof algorithm !== "string" || !claims) return undefined;
	return {
		algorithm,
		claims,
		signed: Buffer.from(`${head}.${body}`),
		signature: Buffer.from(signature, "base64url"),
	};
}

/** Whether the key made the signature, with an algorithm that goes with the key. */
export function isSignedBy({ algorithm, signed, signature }: Jwt, key: KeyObject): boolean {
	const terms = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
	const curve = key.asymmetricKeyDetails?.namedCurve;
	if (!terms || terms.keyType !== key.asymmetricKeyType || terms.curve !== curve) return false;
	return verify(terms.hash, signed, { key, ...signatureForm(terms) }, signature);
}

/** An ES256 token. @param key private, on P-256 */
export function signJwt(claims: JsonObject, key: KeyObject): string {
	const signed = [{ alg: "ES256", typ: "JWT" }, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.join(".");
	const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
	return `${signed}.${signature.toString("base64url")}`;
}

function signatureForm({ keyType, isPss }: Algorithm) {
	if (keyType === "ec") return { dsaEncoding: "ieee-p1363" } as const;
	const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
	return isPss ? { padding, saltLength } : {};
}

function readPart(part: string): JsonObject | undefined {
	try {
		const value = parseJson(Buffer.from(part, "base64url").toString());
		return isJsonObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}
