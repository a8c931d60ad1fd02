import type { X509Certificate } from "node:crypto";
import { EXTENSION } from "./certificate.ts";
import { contextTag, type DerValue, decode, objectId, Tag } from "./der.ts";
import { COMMON_NAME, DNS_NAME } from "./names.ts";

/** What Node's own reader keeps to itself or gives as text for people. */
export interface CertificateFacts {
	/** Empty when there is none. */
	readonly commonName: string;
	readonly dnsNames: readonly string[];
	/** Empty when there is none. */
	readonly subjectKeyId: Buffer;
	readonly authorityKeyId: Buffer;
}

const NOTHING = Buffer.of();

export function readCertificate(certificate: X509Certificate): CertificateFacts {
	const [body] = inside(decode(certificate.raw)[0]);
	const fields = inside(body).filter(({ tag }) => tag !== contextTag(0, "values"));
	const [subject, extensions] = [fields[4], fields.find(({ tag }) => tag === contextTag(3, "values"))];
	const values = new Map(inside(inside(extensions)[0]).map(readExtension));
	const extension = (id: string) => decode(values.get(objectId(id).toString("hex")) ?? NOTHING)[0];
	return {
		commonName: readCommonName(subject),
		dnsNames: inside(extension(EXTENSION.alternativeNames))
			.filter(({ tag }) => tag === DNS_NAME)
			.map(({ content }) => content.toString("latin1")),
		subjectKeyId: extension(EXTENSION.subjectKeyId)?.content ?? NOTHING,
		authorityKeyId:
			inside(extension(EXTENSION.authorityKeyId)).find(({ tag }) => tag === contextTag(0, "bytes"))
				?.content ?? NOTHING,
	};
}

function inside(value: DerValue | undefined): DerValue[] {
	return value ? decode(value.content) : [];
}

/** Its id in DER, and its value; between them may stand whether it is critical. */
function readExtension(extension: DerValue): [string, Buffer] {
	const parts = inside(extension);
	const value = parts.find(({ tag }) => tag === Tag.octetString);
	return [parts[0]?.whole.toString("hex") ?? "", value?.content ?? NOTHING];
}

/** The last one, where there are several: the most specific. */
function readCommonName(subject: DerValue | undefined): string {
	const id = objectId(COMMON_NAME);
	const attributes = inside(subject).flatMap(inside).map(inside);
	return attributes.findLast(([type]) => type?.whole.equals(id))?.[1]?.content.toString("utf8") ?? "";
}
