import { isIP } from "node:net";
import { contextTag, encode, objectId, sequence, Tag } from "./der.ts";

export const COMMON_NAME = "2.5.4.3";
/** Tag of a host name among the alternative names (RFC 5280, section 4.2.1.6). */
export const DNS_NAME = contextTag(2, "bytes");
const IP_ADDRESS = contextTag(7, "bytes");

/** A subject with a common name, or with nothing at all. */
export function subjectName(commonName: string): Buffer {
	if (commonName === "") return sequence();
	const attribute = sequence(objectId(COMMON_NAME), encode(Tag.utf8, Buffer.from(commonName)));
	return sequence(encode(Tag.set, attribute));
}

/** @param names host names and IP addresses */
export function alternativeNames(names: readonly string[]): Buffer {
	return sequence(
		...names.map((name) =>
			isIP(name) === 0 ? encode(DNS_NAME, Buffer.from(name)) : encode(IP_ADDRESS, ipBytes(name)),
		),
	);
}

function ipBytes(address: string): Buffer {
	if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
	// The URL parser brings every notation, an IPv4 tail too, into groups of hex digits with at most one gap.
	const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
	const [before = [], after = []] = groups.map((part) => part.split(":").filter((group) => group !== ""));
	const gap = Array.from({ length: 8 - before.length - after.length }, () => "0");
	return Buffer.from([...before, ...gap, ...after].map((group) => group.padStart(4, "0")).join(""), "hex");
}
