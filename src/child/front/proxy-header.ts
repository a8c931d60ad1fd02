import { isIPv4 } from "node:net";

/** Both ends of a client's connection, as far as they are known: a unix socket has none, nor has one that is gone. */
export interface Ends {
	readonly remoteAddress?: string | undefined;
	readonly remotePort?: number | undefined;
	readonly localAddress?: string | undefined;
	readonly localPort?: number | undefined;
}

interface Addresses {
	readonly family: 4 | 6;
	readonly source: string;
	readonly destination: string;
	readonly sourcePort: number;
	readonly destinationPort: number;
}

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
/** Version 2 with the command PROXY, or LOCAL: the receiver uses the connection's own addresses. */
const PROXY = 0x21;
const LOCAL = 0x20;
const TCP4 = 0x11;
const TCP6 = 0x21;
const UNSPEC = 0x00;

/**
 * What a child that expects the PROXY protocol reads first
 * (haproxy.org/download/3.0/doc/proxy-protocol.txt, sections 2.1 and 2.2).
 */
export function proxyHeader(version: "v1" | "v2", ends: Ends): Buffer {
	const addresses = addressesOf(ends);
	return version === "v1" ? inWords(addresses) : inBytes(addresses);
}

function addressesOf(ends: Ends): Addresses | undefined {
	const { remoteAddress, remotePort, localAddress, localPort } = ends;
	if (remoteAddress === undefined || remotePort === undefined) return undefined;
	if (localAddress === undefined || localPort === undefined) return undefined;
	const source = plain(remoteAddress);
	const destination = plain(localAddress);
	const family = isIPv4(source) && isIPv4(destination) ? 4 : 6;
	return { family, source, destination, sourcePort: remotePort, destinationPort: localPort };
}

/** Without the zone, which means something on this machine alone; an IPv4 client of a dual-stack socket is one. */
function plain(address: string): string {
	return address.replace(/%.*$/, "").replace(/^::ffff:(?=[\d.]+$)/i, "");
}

function inWords(addresses: Addresses | undefined): Buffer {
	if (addresses === undefined) return Buffer.from("PROXY UNKNOWN\r\n");
	const { family, source, destination, sourcePort, destinationPort } = addresses;
	return Buffer.from(`PROXY TCP${family} ${source} ${destination} ${sourcePort} ${destinationPort}\r\n`);
}

function inBytes(addresses: Addresses | undefined): Buffer {
	if (addresses === undefined) return Buffer.concat([SIGNATURE, Buffer.from([LOCAL, UNSPEC, 0, 0])]);
	const { family, source, destination, sourcePort, destinationPort } = addresses;
	const octets = family === 4 ? ipv4Octets : ipv6Octets;
	const ports = Buffer.alloc(4);
	ports.writeUInt16BE(sourcePort, 0);
	ports.writeUInt16BE(destinationPort, 2);
	const body = Buffer.concat([Buffer.from(octets(source)), Buffer.from(octets(destination)), ports]);
	const head = Buffer.from([PROXY, family === 4 ? TCP4 : TCP6, 0, body.length]);
	return Buffer.concat([SIGNATURE, head, body]);
}

function ipv4Octets(address: string): number[] {
	return address.split(".").map(Number);
}

function ipv6Octets(address: string): number[] {
	const [before = "", after] = address.split("::");
	const head = groupOctets(before);
	const tail = groupOctets(after ?? "");
	const zeros = Array.from({ length: 16 - head.length - tail.length }, () => 0);
	return [...head, ...zeros, ...tail];
}

function groupOctets(text: string): number[] {
	if (text === "") return [];
	return text.split(":").flatMap((group) => {
		if (group.includes(".")) return ipv4Octets(group);
		const value = Number.parseInt(group, 16);
		return [value >> 8, value & 0xff];
	});
}
