import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createAuthority, createSerial, type KeyPair } from "../devserver/x509/authority.ts";
import { keyId, type Signer, signCertificate } from "../devserver/x509/certificate.ts";
import { subjectName } from "../devserver/x509/names.ts";
import { asText } from "../vault/mod.ts";
import type { SecretRequest } from "./request.ts";
import { standingCertificate } from "./standing-certificate.ts";

const HOUR = 3_600_000;
const START = 1_800_000_000_000;
const SERIAL = Buffer.from(`41${"0a".repeat(19)}`, "hex");

const newPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

/** A CA, by itself or by another; of the same pair it is the same CA under another signature. */
function authority(commonName: string, pair: KeyPair = newPair(), signer?: Signer) {
	const terms = {
		commonName,
		notBefore: START - HOUR,
		notAfter: START + 100 * HOUR,
		serial: createSerial(randomBytes),
		issuerUrls: [],
	};
	const root = createAuthority(terms, pair);
	const { publicKey, privateKey } = pair;
	const own = { name: subjectName(commonName), keyId: keyId(publicKey), privateKey };
	const certificate =
		signer === undefined ? root.certificate : signCertificate({ ...terms, publicKey, uses: "ca" }, signer);
	return { ...own, pair, certificate };
}

function issued(signer: Signer, names: readonly string[] = ["gw.example"]) {
	const pair = newPair();
	const [commonName = ""] = names;
	const life = { notBefore: START, notAfter: START + 10 * HOUR };
	const order = { commonName, names, publicKey: pair.publicKey, uses: ["server"] as const, ...life };
	return {
		certificate: signCertificate({ ...order, serial: SERIAL, issuerUrls: [] }, signer),
		key: textOf(pair.privateKey),
		pair,
	};
}

const textOf = (key: KeyObject, type: "sec1" | "pkcs1" | "pkcs8" = "sec1") =>
	String(key.export({ type, format: "pem" }));

function textOfBoth({ certificate, key }: ReturnType<typeof issued>): string {
	return `${certificate}${key}`;
}

type Parameters = NonNullable<SecretRequest["parameters"]>;

/** Looks an hour after it was issued, unless told otherwise. */
function found(
	text: string,
	given: { readonly parameters?: Parameters; readonly date?: number; readonly withIssuer?: boolean } = {},
) {
	const { parameters = { common_name: "gw.example" }, date = START + HOUR, withIssuer = false } = given;
	const request = { kind: "read", path: "pki/issue/gw", parameters } as const;
	return standingCertificate(text, { request, withIssuer, now: 5 * HOUR, date });
}

const ROOT = authority("root");
const LEAF = issued(ROOT);
const TEXT = textOfBoth(LEAF);

describe("a certificate with its key", () => {
	test("is what Vault would have answered when it was issued", () => {
		const all = found(`${TEXT}${ROOT.certificate}`);

		expect(all?.readAt).toBe(4 * HOUR);
		expect(all?.view).toMatchObject({ path: "pki/issue/gw", kind: "plain", leaseId: "", serverTime: START });
		expect(all?.view.fields).toEqual({
			certificate: LEAF.certificate.trimEnd(),
			private_key: LEAF.key.trimEnd(),
			private_key_type: "ec",
			issuing_ca: ROOT.certificate.trimEnd(),
			ca_chain: [ROOT.certificate.trimEnd()],
			serial_number: `41${":0a".repeat(19)}`,
			expiration: (START + 10 * HOUR) / 1000,
		});
	});

	test.each([
		["whatever stands around it", `KEY=x\n${LEAF.key}# -----BEGIN\n${LEAF.certificate}\0é`],
		["indented, or with other line ends", TEXT.replaceAll("\n", "\r\n    ")],
		["twice", `${TEXT}${TEXT}`],
		["with a key in PKCS #8", `${LEAF.certificate}${textOf(LEAF.pair.privateKey, "pkcs8")}`],
		[
			"beside keys and certificates of others",
			`${issued(ROOT, ["b.example"]).certificate}${TEXT}${textOf(newPair().privateKey)}`,
		],
	])("is found %s", (_how, text) => {
		const fields = found(text)?.view.fields;

		expect(fields).toMatchObject({ certificate: LEAF.certificate.trimEnd() });
		expect(createPrivateKey(asText(fields?.["private_key"])).equals(LEAF.pair.privateKey)).toBe(true);
	});

	test("brings all who issued it and each other, and nobody else, in their order", () => {
		const other = authority("another root");
		const crossed = authority("root", ROOT.pair, other);
		const middle = authority("middle", newPair(), ROOT);
		const leaf = issued(middle);
		const stranger = authority("stranger");
		const chain = [middle, ROOT, crossed, other].map(({ certificate }) => certificate.trimEnd());

		const fields = found([stranger.certificate, leaf.certificate, leaf.key, ...chain].join("\n"))?.view
			.fields;

		expect(fields).toMatchObject({ issuing_ca: chain[0], ca_chain: chain });
	});

	test.each<[string, Parameters, readonly string[]]>([
		[
			"a list of names",
			{ common_name: "gw.example", alt_names: "B.example, gw.example" },
			["gw.example", "b.example"],
		],
		["names as a list", { common_name: "gw.example", alt_names: ["b.example"] }, ["gw.example", "b.example"]],
		[
			"addresses",
			{ common_name: "gw.example", ip_sans: "10.0.0.1,2001:DB8::1" },
			["gw.example", "10.0.0.1", "2001:db8:0::1"],
		],
	])("is for %s", (_what, parameters, names) => {
		const leaf = issued(ROOT, names);

		expect(found(`${leaf.certificate}${leaf.key}`, { parameters })).toBeDefined();
		expect(found(TEXT, { parameters })).toBeUndefined();
		expect(found(`${leaf.certificate}${leaf.key}`)).toBeUndefined();
	});
});

describe("nothing is found", () => {
	test.each([
		["in nothing", ""],
		["without a key", LEAF.certificate],
		["without a certificate", LEAF.key],
		["with the key of another", `${LEAF.certificate}${textOf(newPair().privateKey)}`],
		["in garbage between the marks", TEXT.replaceAll(/\n[A-Za-z0-9+/]{8}/g, "\nAAAAAAAA")],
		[
			"with a key behind a password",
			`${LEAF.certificate}${String(LEAF.pair.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }))}`,
		],
		["of a CA", `${ROOT.certificate}${textOf(ROOT.privateKey)}`],
		["that could be either of two", `${TEXT}${textOfBoth(issued(ROOT))}`],
	])("%s", (_what, text) => {
		expect(
			found(text, { parameters: { common_name: text.includes(ROOT.certificate) ? "root" : "gw.example" } }),
		).toBeUndefined();
	});

	test.each([
		["yet", START - 1000, false],
		["just before its time to be replaced", START + 8.7 * HOUR, true],
		["at nine tenths of its life", START + 9 * HOUR, false],
		["after its end", START + 11 * HOUR, false],
	])("of its time: %s", (_when, date, isFound) => {
		expect(found(TEXT, { date }) !== undefined).toBe(isFound);
	});

	test("without those who issued it, where they are wanted", () => {
		const stranger = authority("stranger").certificate;

		expect(found(`${TEXT}${stranger}`, { withIssuer: true })).toBeUndefined();
		expect(found(`${TEXT}${ROOT.certificate}`, { withIssuer: true })).toBeDefined();
	});

	test("for another format than the one that it stands in", () => {
		const parameters = { common_name: "gw.example", format: "pem_bundle" };

		expect(found(TEXT, { parameters })).toBeUndefined();
	});
});

test("a text that only looks like PEM is read in time that grows with its length", () => {
	const text = `-----BEGIN ${"A ".repeat(200_000)}-----BEGIN CERTIFICATE-----${"\n A".repeat(200_000)}`;

	const from = performance.now();
	found(text);

	expect(performance.now() - from).toBeLessThan(2000);
});
