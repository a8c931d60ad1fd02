import { execFileSync } from "node:child_process";
import { randomBytes, X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { folder } from "../../../test/support/folder.ts";
import { canMakeCertificates } from "../../../test/support/tls.ts";
import { createAuthority, createKeyPair, createSerial, type KeyTerms, P256 } from "./authority.ts";
import { type CertificateOrder, signCertificate } from "./certificate.ts";
import { decode, encode, integer, objectId, Tag, time } from "./der.ts";
import { readCertificate } from "./read-certificate.ts";

const START = Date.UTC(2026, 10, 21, 10, 25, 12);
const HOUR = 3_600_000;
const KINDS: KeyTerms[] = [
	P256,
	{ type: "ec", bits: 384 },
	{ type: "rsa", bits: 2048 },
	{ type: "ed25519", bits: 0 },
];

function authority(key: KeyTerms = P256) {
	const terms = { commonName: "test CA", notBefore: START, notAfter: START + 24 * HOUR };
	return createAuthority({ ...terms, serial: createSerial(randomBytes) }, createKeyPair(key));
}

function order(terms: Partial<CertificateOrder> = {}): CertificateOrder {
	return {
		commonName: "gateway.example",
		publicKey: createKeyPair(P256).publicKey,
		uses: ["server", "client"],
		notBefore: START,
		notAfter: START + HOUR,
		serial: createSerial(randomBytes),
		...terms,
	};
}

describe("a certificate", () => {
	test.each(KINDS)("of a CA with a key of type $type $bits is one that the CA has signed", (key) => {
		const ca = authority(key);
		const root = new X509Certificate(ca.certificate);

		const leaf = new X509Certificate(signCertificate(order(), ca));

		expect(root.verify(root.publicKey)).toBe(true);
		expect(root.checkIssued(root)).toBe(true);
		expect(leaf.verify(root.publicKey)).toBe(true);
		expect(leaf.checkIssued(root)).toBe(true);
		expect({ root: root.ca, leaf: leaf.ca }).toEqual({ root: true, leaf: false });
	});

	test("says whom it is for, for how long, and what it may be used for", () => {
		const serial = createSerial(randomBytes);
		const names = ["gateway.example", "*.gateway.example", "10.0.0.7", "::1", "2001:db8::ffff:1.2.3.4"];

		const leaf = new X509Certificate(
			signCertificate(order({ serial, names, uses: ["client"] }), authority()),
		);

		expect(leaf.subject).toBe("CN=gateway.example");
		expect(leaf.issuer).toBe("CN=test CA");
		expect(leaf.serialNumber).toBe(serial.toString("hex").toUpperCase());
		expect([leaf.validFromDate, leaf.validToDate]).toEqual([new Date(START), new Date(START + HOUR)]);
		expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
		for (const address of ["10.0.0.7", "::1", "2001:db8::ffff:102:304"])
			expect(leaf.checkIP(address)).toBe(address);
		expect(leaf.checkHost("gateway.example")).toBe("gateway.example");
		expect(leaf.checkHost("a.gateway.example")).toBe("*.gateway.example");
		expect(leaf.checkHost("elsewhere.example")).toBeUndefined();
	});

	test("says where its issuer is to be had", () => {
		const issuerUrls = ["http://127.0.0.1:8200/v1/pki/ca"];

		const leaf = new X509Certificate(signCertificate(order({ issuerUrls }), authority()));

		expect(leaf.infoAccess).toContain("CA Issuers - URI:http://127.0.0.1:8200/v1/pki/ca");
	});

	test("tells its names and key ids to a reader", () => {
		const ca = authority();
		const names = ["gateway.example", "10.0.0.7", "b.example"];

		const facts = readCertificate(new X509Certificate(signCertificate(order({ names }), ca)));

		expect(facts).toEqual({
			commonName: "gateway.example",
			dnsNames: ["gateway.example", "b.example"],
			subjectKeyId: expect.any(Buffer),
			authorityKeyId: ca.keyId,
		});
		expect(facts.subjectKeyId).toHaveLength(20);
		expect(facts.subjectKeyId).not.toEqual(ca.keyId);
	});

	test("without subject, names and uses is still one", () => {
		const certificate = new X509Certificate(
			signCertificate(order({ commonName: "", uses: [] }), authority()),
		);

		expect(readCertificate(certificate)).toMatchObject({ commonName: "", dnsNames: [] });
	});

	test("lasts into the years that two digits do not reach", () => {
		const notAfter = Date.UTC(2099, 11, 31, 23, 59, 59);

		const certificate = new X509Certificate(signCertificate(order({ notAfter }), authority()));

		expect(certificate.validToDate).toEqual(new Date(notAfter));
	});

	test.skipIf(!canMakeCertificates).each(KINDS)("passes the strict checks of openssl: $type $bits", (key) => {
		const files = folder();
		const ca = authority(key);
		const caFile = files.write("ca.pem", ca.certificate);
		const leafFile = files.write("leaf.pem", signCertificate(order({ names: ["gateway.example"] }), ca));
		const at = ["-attime", String(START / 1000 + 60)];

		const verify = (purpose: string) =>
			execFileSync(
				"openssl",
				["verify", "-x509_strict", "-purpose", purpose, ...at, "-CAfile", caFile, leafFile],
				{ encoding: "utf8" },
			);

		expect(verify("sslserver")).toBe(`${leafFile}: OK\n`);
		expect(verify("sslclient")).toBe(`${leafFile}: OK\n`);
	});
});

describe("DER", () => {
	test("what was written is read again, whatever its length", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 70_000, size: "max" }), (bytes) => {
				const [value, ...rest] = decode(encode(Tag.octetString, bytes));

				expect(value?.content.equals(bytes)).toBe(true);
				expect(rest).toEqual([]);
			}),
			{ numRuns: 30 },
		);
	});

	test("an integer is as short as it can be and never negative", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
				const [value] = decode(integer(bytes));
				const [first = 0, second = 0] = value?.content ?? [];

				expect(BigInt(`0x0${value?.content.toString("hex")}`)).toBe(
					BigInt(`0x0${Buffer.from(bytes).toString("hex")}`),
				);
				expect(first).toBeLessThan(0x80);
				expect(value?.content.length === 1 || first > 0 || second >= 0x80).toBe(true);
			}),
		);
	});

	test("numbers of an object id above 127 take several bytes", () => {
		expect(objectId("1.2.840.113549.1.1.11").toString("hex")).toBe("06092a864886f70d01010b");
	});

	test.each([
		[Date.UTC(2049, 11, 31, 23, 59, 59), "491231235959Z"],
		[Date.UTC(2050, 0, 1), "20500101000000Z"],
	])("the time %i is written as %s", (ms, text) => {
		expect(decode(time(ms))[0]?.content.toString()).toBe(text);
	});

	test("a value that is cut short is refused", () => {
		const whole = encode(Tag.octetString, Buffer.alloc(300));

		expect(() => decode(whole.subarray(0, 200))).toThrow(RangeError);
	});
});
