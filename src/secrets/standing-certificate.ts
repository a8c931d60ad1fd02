import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { asText, type JsonObject } from "../vault/mod.ts";
import { isFor } from "./certificate-names.ts";
import { REPLACE_AT } from "./clock-of.ts";
import type { Resumable } from "./handed-secret.ts";
import { pemBlocks } from "./pem.ts";
import type { SecretRequest } from "./request.ts";

/** Whose certificate is looked for, and when, by steady time and by the wall clock. */
export interface Wanted {
	readonly request: SecretRequest;
	/** One of those that issued it has to stand there as well. */
	readonly withIssuer: boolean;
	readonly now: number;
	readonly date: number;
}

/** What stands there, as PEM and as what it is. */
interface Standing<T> {
	readonly pem: string;
	readonly is: T;
}

type Certificate = Standing<X509Certificate>;

/**
 * A certificate that was issued for such a request, from the files that it was put into: its key stands there too, and
 * it is not yet old enough to be replaced. As if it had been read when it was issued.
 *
 * @returns nothing where there is none, or more than one that it could be
 */
export function standingCertificate(
	text: string,
	{ request, withIssuer, now, date }: Wanted,
): Resumable | undefined {
	if (asText(request.parameters?.["format"] ?? "pem") !== "pem") return undefined;
	const blocks = [...new Map(pemBlocks(text).map((block) => [block.text, block])).values()];
	const of = <T>(wanted: RegExp, read: (pem: string) => T) =>
		blocks.filter(({ label }) => wanted.test(label)).flatMap((block) => standing(block.text, read));
	const certificates = of(/^CERTIFICATE$/, (pem) => new X509Certificate(pem));
	const keys = of(/PRIVATE KEY$/, createPrivateKey);
	const pairs = certificates
		.filter(({ is }) => !is.ca && isYoung(is, date) && isFor(is, request.parameters))
		.flatMap((leaf) => keys.filter(({ is }) => leaf.is.checkPrivateKey(is)).map((key) => ({ leaf, key })));
	const [pair, another] = pairs;
	if (pair === undefined || another !== undefined) return undefined;
	const issuers = issuersOf(pair.leaf, certificates);
	if (withIssuer && issuers.length === 0) return undefined;
	const data = answerOf(pair, issuers);
	const { issuedAt } = lifeOf(pair.leaf.is);
	const view = {
		path: request.path,
		kind: "plain",
		fields: data,
		data,
		leaseId: "",
		leaseDuration: 0,
		renewable: false,
		requestId: "",
		serverTime: issuedAt,
	} as const;
	return { view, readAt: now - (date - issuedAt) };
}

function standing<T>(pem: string, read: (pem: string) => T): Standing<T>[] {
	try {
		return [{ pem, is: read(pem) }];
	} catch {
		return []; // it only looks like one
	}
}

function lifeOf({ validFrom, validTo }: X509Certificate) {
	return { issuedAt: Date.parse(validFrom), endsAt: Date.parse(validTo) };
}

function isYoung(certificate: X509Certificate, date: number): boolean {
	const { issuedAt, endsAt } = lifeOf(certificate);
	return date >= issuedAt && date < issuedAt + REPLACE_AT * (endsAt - issuedAt);
}

/** Who issued it, and who issued those, in the order in which they stand. */
function issuersOf(leaf: Certificate, certificates: readonly Certificate[]): readonly Certificate[] {
	const found = new Set<Certificate>();
	for (let issued = [leaf]; issued.length > 0; ) {
		const isIssuer = ({ is }: Certificate) => is.ca && issued.some((one) => one.is.checkIssued(is));
		issued = certificates.filter((one) => !found.has(one) && isIssuer(one));
		for (const one of issued) found.add(one);
	}
	return certificates.filter((one) => found.has(one));
}

interface Pair {
	readonly leaf: Certificate;
	readonly key: Standing<KeyObject>;
}

/** In the words of Vault, which answers without a line end behind each part. */
function answerOf({ leaf, key }: Pair, issuers: readonly Certificate[]): JsonObject {
	const issuing = issuers.find(({ is }) => leaf.is.checkIssued(is));
	return {
		certificate: leaf.pem,
		private_key: key.pem,
		private_key_type: key.is.asymmetricKeyType ?? "",
		...(issuing && { issuing_ca: issuing.pem, ca_chain: issuers.map(({ pem }) => pem) }),
		serial_number: leaf.is.serialNumber.toLowerCase().replaceAll(/(..)(?!$)/g, "$1:"),
		expiration: Math.floor(lifeOf(leaf.is).endsAt / 1000),
	};
}
