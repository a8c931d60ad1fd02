import type { ListenAddress } from "../listen-address.ts";

/** `127.0.0.1:8190`, `[::1]:8190` or `unix:/path`. */
export function addressText(address: ListenAddress): string {
	return address.kind === "unix" ? `unix:${address.path}` : hostPort(address.host, address.port);
}

/** IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
	return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
