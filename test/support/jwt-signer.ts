import { generateKeyPairSync, sign } from "node:crypto";

/** Somebody whose tokens a server may be told to believe. */
export interface JwtSigner {
	/** PEM. */
	readonly publicKey: string;
	readonly sign: (claims: object) => string;
}

/** RS256, which is what most issuers use. */
export function createJwtSigner(): JwtSigner {
	const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	return {
		publicKey: publicKey.export({ type: "spki", format: "pem" }).toString().trim(),
		sign: (claims) => {
			const signed = [{ alg: "RS256", typ: "JWT" }, claims]
				.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
				.join(".");
			return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
		},
	};
}
