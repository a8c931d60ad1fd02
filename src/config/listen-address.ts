import { resolve } from "node:path";
import type { Context } from "./context.ts";
import { type Path, pathText } from "./place.ts";

/** Where a listener listens. */
export type ListenAddress =
	| { readonly kind: "tcp"; readonly host: string; readonly port: number }
	/** Absolute. */
	| { readonly kind: "unix"; readonly path: string };

const TCP = /^(?:(?<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):)?(?<port>\d{1,5})$/;

/** Longest path that a socket can have on Linux, in bytes. */
const LONGEST_SOCKET_PATH = 107;

const HIGHEST_PORT = 65_535;

/** The sentence that says what is wrong with an address to listen on; nothing when it can be used. @param example for people */
export function listenAddressFault(text: string, example = "127.0.0.1:8190"): string | undefined {
	if (text.startsWith("unix:"))
		return text === "unix:" ? "expected the path of a socket after unix:" : undefined;
	const port = TCP.exec(text)?.groups?.["port"];
	if (port === undefined) return `expected ${slipOf(text) ?? `host:port such as ${example}, or unix:/path`}`;
	return Number(port) <= HIGHEST_PORT ? undefined : `expected a port of ${HIGHEST_PORT} at most`;
}

/** The same for an address that clients know: any free port will not do. */
export function publicAddressFault(text: string): string | undefined {
	const isAny = /^(.*:)?0+$/.test(text) && TCP.test(text);
	if (isAny) return "port 0 stands for any port; clients have to know which";
	return listenAddressFault(text, "0.0.0.0:4000");
}

/** What to write in the place of a number alone, which YAML takes for no text. */
export function bareNumber(value: unknown): string {
	const isPort = Number.isInteger(value) && Number(value) > 0 && Number(value) <= HIGHEST_PORT;
	const port = isPort ? String(value) : "4000";
	return `an address with its host: 127.0.0.1:${port} for this machine alone, or 0.0.0.0:${port} for others too`;
}

/** What people write who mean an address that can be listened on. */
function slipOf(text: string): string | undefined {
	const { all, v6 } = /^(?:(?<all>\*)|(?<v6>[0-9A-Fa-f:]*:[0-9A-Fa-f]*)):\d{1,5}$/.exec(text)?.groups ?? {};
	if (all !== undefined) return "0.0.0.0 in the place of *, or [::] for IPv6 as well, such as 0.0.0.0:4000";
	return v6 === undefined ? undefined : "an IPv6 address in brackets, such as [::1]:4000";
}

/**
 * The address at that place.
 *
 * @param text one that {@link listenAddressFault} finds nothing wrong with; a port alone is on loopback
 */
export function listenAddress(text: string, path: Path, context: Context): ListenAddress {
	const { places, problems } = context;
	if (text.startsWith("unix:")) {
		const socket = context.resolve(text.slice("unix:".length));
		if (Buffer.byteLength(socket) > LONGEST_SOCKET_PATH) {
			const message = `the path of a socket is at most ${LONGEST_SOCKET_PATH} bytes long`;
			problems.push({ place: places.of(path), message: `${pathText(path)}: ${message}` });
		}
		return { kind: "unix", path: socket };
	}
	const { host = "127.0.0.1", port } = TCP.exec(text)?.groups ?? {};
	return { kind: "tcp", host: host.replaceAll(/[[\]]/g, "").toLowerCase(), port: Number(port) };
}

/** Of a flag or a variable: the path of a socket counts from the working folder. */
export function fromFolder(address: string, cwd: string): string {
	return address.startsWith("unix:") && address !== "unix:"
		? `unix:${resolve(cwd, address.slice("unix:".length))}`
		: address;
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
