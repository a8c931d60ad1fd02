import { BlockList } from "node:net";
import type { Surroundings } from "./function.ts";
import { GoFault } from "../values/fault.ts";

type Interfaces = ReturnType<Surroundings["interfaces"]>;
type Address = Interfaces[string][number];

/** The calls of go-sockaddr that this machine can answer without its table of routes. */
const CALL = /^\s*(?<name>\w+)(?:\s+(?:"(?<quoted>[^"\\]*)"|`(?<raw>[^`]*)`))?\s*$/;

/** Networks for special use as go-sockaddr lists them (RFC 6890): private ones, loopback, link-local, documentation. */
const NOT_PUBLIC = blockList([
	["ipv4", "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"],
	["ipv4", "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"],
	["ipv4", "240.0.0.0/4"],
	["ipv6", "::1/128 ::/128 64:ff9b::/96 100::/64 2001::/16 2002::/16 fc00::/7 fe80::/10"],
]);
/** Of those, what no router passes on. */
const NOT_FORWARDED = blockList([
	["ipv4", "0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24"],
	["ipv4", "240.0.0.0/4"],
	["ipv6", "::1/128 ::/128 2001:db8::/32 2001:10::/28 fe80::/10"],
]);

/**
 * An address of this machine.
 *
 * @throws GoFault for a call that is not known
 */
export function socketAddress(call: string, interfaces: Interfaces): string {
	const { name = "", quoted, raw } = CALL.exec(call)?.groups ?? {};
	const argument = quoted ?? raw;
	const all = Object.values(interfaces).flat();
	const forwarded = all.filter((address) => !isIn(NOT_FORWARDED, address));
	const onePrivate = (address: Address) => isIn(NOT_PUBLIC, address);
	const onePublic = (address: Address) => !isIn(NOT_PUBLIC, address);
	switch (argument === undefined ? name : `${name} interface`) {
		case "GetPrivateIP":
			return first(forwarded.filter(onePrivate));
		case "GetPrivateIPs":
			return every(forwarded.filter(onePrivate));
		case "GetPublicIP":
			return first(forwarded.filter(onePublic));
		case "GetPublicIPs":
			return every(all.filter(onePublic));
		case "GetInterfaceIP interface":
			return first(ofInterface(interfaces, argument).filter((address) => forwarded.includes(address)));
		case "GetInterfaceIPs interface":
			return every(ofInterface(interfaces, argument));
		default:
			throw new GoFault(
				"sockaddr knows GetPrivateIP, GetPrivateIPs, GetPublicIP, GetPublicIPs, and GetInterfaceIP and GetInterfaceIPs with the name of an interface",
			);
	}
}

function ofInterface(interfaces: Interfaces, name = ""): readonly Address[] {
	return Object.hasOwn(interfaces, name) ? (interfaces[name] ?? []) : [];
}

/** Those of IPv4 go before those of IPv6. */
function ordered(addresses: readonly Address[]): string[] {
	return addresses
		.toSorted((a, b) => Number(isSix(a)) - Number(isSix(b)))
		.map(({ address }) => address.replace(/%.*$/, ""));
}

function first(addresses: readonly Address[]): string {
	return ordered(addresses)[0] ?? "";
}

function every(addresses: readonly Address[]): string {
	return ordered(addresses).join(" ");
}

function isSix({ family }: Address): boolean {
	return family === "IPv6";
}

function isIn(list: BlockList, one: Address): boolean {
	return list.check(one.address.replace(/%.*$/, ""), isSix(one) ? "ipv6" : "ipv4");
}

function blockList(networks: readonly (readonly ["ipv4" | "ipv6", string])[]): BlockList {
	const list = new BlockList();
	for (const [family, text] of networks) {
		for (const network of text.split(" ")) {
			const [address = "", bits] = network.split("/");
			list.addSubnet(address, Number(bits), family);
		}
	}
	return list;
}
