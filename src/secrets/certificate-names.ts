import type { X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import type { JsonValue } from "../kernel/mod.ts";
import type { SecretRequest } from "./request.ts";

/** Parameters that name whom a certificate is for: one name, or several with commas or as a list. */
const NAMING = ["common_name", "alt_names", "ip_sans", "uri_sans"];

const ALTERNATIVE = /^(?:DNS|email|IP Address|URI):(?<name>.*)$/;

/** Whether a certificate is for those whom the parameters name, and for nobody else. */
export function isFor(certificate: X509Certificate, parameters: SecretRequest["parameters"] = {}): boolean {
	const wanted = new Set(NAMING.flatMap((name) => namesIn(parameters[name])).map(normal));
	const carried = new Set(namesOf(certificate).map(normal));
	return wanted.size === carried.size && [...wanted].every((name) => carried.has(name));
}

function namesIn(value: JsonValue | undefined): readonly string[] {
	if (typeof value === "string") {
		const names = value.split(",").map((name) => name.trim());
		return names.filter((name) => name !== "");
	}
	return Array.isArray(value) ? value.flatMap(namesIn) : [];
}

function namesOf(certificate: X509Certificate): readonly string[] {
	// A name that holds what separates them is in quotes, and so taken for none that was asked for.
	const others = certificate.subjectAltName?.split(", ") ?? [];
	return [
		...[certificate.toLegacyObject().subject.CN ?? []].flat(),
		...others.flatMap((other) => ALTERNATIVE.exec(other)?.groups?.["name"] ?? []),
	];
}

/** Capitals make no other name, nor do the zeros of an IPv6 address. */
function normal(name: string): string {
	return isIPv6(name) ? new URL(`http://[${name}]`).hostname : name.toLowerCase();
}
