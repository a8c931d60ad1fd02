import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** A JWT with these claims, whose signature nobody would accept. */
export function unsignedJwt(claims: object): string {
	return `${encode({ alg: "RS256" })}.${encode(claims)}.c2lnbmF0dXJl`;
}

/** Somebody whose tokens a server may be told to believe; RS256, which is what most issuers use. */
export class JwtIssuer {
	readonly #key: KeyObject;
	/** PEM, for `jwt_validation_pubkeys`. */
	readonly publicKey: string;

	constructor() {
		const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
		this.#key = privateKey;
		this.publicKey = publicKey.export({ type: "spki", format: "pem" }).toString().trim();
	}

	/** A token with these claims and no others. */
	sign(claims: object): string {
		const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
		return `${text}.${sign("sha256", Buffer.from(text), this.#key).toString("base64url")}`;
	}

	/** A token of `https://issuer.test` that is good for five minutes, unless the claims say otherwise. */
	issue(claims: object): string {
		const now = Math.floor(Date.now() / 1000);
		return this.sign({ iss: "https://issuer.test", iat: now, exp: now + 300, ...claims });
	}
}
