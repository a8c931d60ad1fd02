import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { expect, test } from "vitest";
import { isSignedBy, readJwt } from "./jwt.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed = generateKeyPairSync("ed25519");

function jwt(algorithm: string, signer: (signed: Buffer) => Buffer): string {
	const signed = [{ alg: algorithm }, { sub: "me" }]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.join(".");
	return `${signed}.${signer(Buffer.from(signed)).toString("base64url")}`;
}

const ecdsa = (hash: string, key: KeyObject) => (signed: Buffer) =>
	sign(hash, signed, { key, dsaEncoding: "ieee-p1363" });
const pss = (signed: Buffer) => sign("sha256", signed, { key: rsa.privateKey, padding: 6, saltLength: 32 });

test.each([
	["RS256", rsa, (signed: Buffer) => sign("sha256", signed, rsa.privateKey)],
	["RS512", rsa, (signed: Buffer) => sign("sha512", signed, rsa.privateKey)],
	["PS256", rsa, pss],
	["ES256", p256, ecdsa("sha256", p256.privateKey)],
	["ES384", p384, ecdsa("sha384", p384.privateKey)],
	["EdDSA", ed, (signed: Buffer) => sign(null, signed, ed.privateKey)],
] as const)("isSignedBy() knows %s, of the right key alone", (algorithm, { publicKey }, signer) => {
	const read = readJwt(jwt(algorithm, signer));
	if (!read) throw new TypeError("it is a JWT");

	const others = [rsa, p256, p384, ed].filter((pair) => pair.publicKey !== publicKey);

	expect(isSignedBy(read, publicKey)).toBe(true);
	expect(others.map((pair) => isSignedBy(read, pair.publicKey))).toEqual([false, false, false]);
});

test.each(["none", "HS256", "toString", "ES384"])(
	"isSignedBy() takes a good signature under the name of %s for none",
	(algorithm) => {
		const read = readJwt(jwt(algorithm, ecdsa("sha256", p256.privateKey)));

		expect(read && isSignedBy(read, p256.publicKey)).toBe(false);
	},
);

test("isSignedBy() sees a claim that was changed", () => {
	const [head, , signature] = jwt("ES256", ecdsa("sha256", p256.privateKey)).split(".");
	const body = Buffer.from('{"sub":"you"}').toString("base64url");

	const read = readJwt(`${head}.${body}.${signature}`);

	expect(read?.claims).toEqual({ sub: "you" });
	expect(read && isSignedBy(read, p256.publicKey)).toBe(false);
});

test.each(["", "a.b", "a.b.c", "a.b.c.d", "W10.e30.x", "e30.e30.x", "eyJhbGciOiJFUzI1NiJ9.W10.x"])(
	"readJwt() takes %j for none",
	(text) => {
		expect(readJwt(text)).toBeUndefined();
	},
);
