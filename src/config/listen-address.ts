import { isAbsolute, resolve } from "node:path";

/** Where a listener listens. */
export type ListenAddress =
	| { readonly kind: "tcp"; readonly host: string; readonly port: number }
	/** Absolute. */
	| { readonly kind: "unix"; readonly path: string };

const TCP = /^(?:(?<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):)?(?<port>\d{1,5})$/;

/** Longest path that a socket can have on Linux, in bytes. */
const LONGEST_SOCKET_PATH = 107;

/** The sentence that says what is wrong with an address to listen on; nothing when it can be used. @param example for people */
export function listenAddressFault(text: string, example = "127.0.0.1:8190"): string | undefined {
	if (text.startsWith("unix:")) {
		const path = text.slice("unix:".length);
		if (!isAbsolute(path)) return "expected an absolute path after unix:";
		const isLong = Buffer.byteLength(path) > LONGEST_SOCKET_PATH;
		return isLong ? `the path of a socket is at most ${LONGEST_SOCKET_PATH} bytes long` : undefined;
	}
	const port = Number(TCP.exec(text)?.groups?.["port"]);
	return port <= 65_535 ? undefined : `expected host:port such as ${example}, or unix:/path`;
}

/** The same for an address that clients know: any free port will not do. */
export function publicAddressFault(text: string): string | undefined {
	const fault = listenAddressFault(text, "0.0.0.0:4000");
	if (fault !== undefined) return fault;
	const address = parseListenAddress(text);
	const isAny = address.kind === "tcp" && address.port === 0;
	return isAny ? "port 0 stands for any port; clients have to know which" : undefined;
}

/** @param text one that {@link listenAddressFault} finds nothing wrong with; a port alone is on loopback */
export function parseListenAddress(text: string): ListenAddress {
	if (text.startsWith("unix:")) return { kind: "unix", path: resolve(text.slice("unix:".length)) };
	const { host = "127.0.0.1", port } = TCP.exec(text)?.groups ?? {};
	return { kind: "tcp", host: host.replaceAll(/[[\]]/g, "").toLowerCase(), port: Number(port) };
}

/** Whether the two cannot be listened on at the same time. */
export function isSameAddress(one: ListenAddress, other: ListenAddress): boolean {
	if (one.kind === "unix" || other.kind === "unix")
		return one.kind === "unix" && other.kind === "unix" && one.path === other.path;
	if (one.port !== other.port) return false;
	const hosts = new Set([one.host, other.host].map((host) => (host === "localhost" ? "127.0.0.1" : host)));
	return hosts.size === 1 || hosts.has("0.0.0.0") || hosts.has("::");
}

/** Whether only this machine can reach it. */
export function isLocal(address: ListenAddress): boolean {
	return address.kind === "unix" || /^(localhost|.*\.localhost|127(\.\d+){3}|::1)$/.test(address.host);
}
