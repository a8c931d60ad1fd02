import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** A JWT with these claims, whose signature nobody would accept. */
export function unsignedJwt(claims: object): string {
	return `${encode({ alg: "RS256" })}.${encode(claims)}.c2lnbmF0dXJl`;
}

/** Signs JWTs as `https://issuer.test` would. */
export class JwtIssuer {
	readonly #key: KeyObject;
	/** For `jwt_validation_pubkeys`. */
	readonly publicKey: string;

	constructor() {
		const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		this.#key = privateKey;
		this.publicKey = publicKey.export({ type: "spki", format: "pem" }).toString();
	}

	/** Good for five minutes, unless the claims say otherwise. */
	issue(claims: object): string {
		const now = Math.floor(Date.now() / 1000);
		const life = { iat: now, exp: now + 300 };
		const text = `${encode({ alg: "ES256" })}.${encode({ iss: "https://issuer.test", ...life, ...claims })}`;
		const signature = sign("sha256", Buffer.from(text), { key: this.#key, dsaEncoding: "ieee-p1363" });
		return `${text}.${signature.toString("base64url")}`;
	}
}
