import type { ListenerConfig } from "../config/mod.ts";

/** An address to listen on as the config has it: `0.0.0.0:4000`, `[::]:4000`, `unix:/run/gw.sock`. */
export function writtenAddress(address: ListenerConfig["address"]): string {
	if (address.kind === "unix") return `unix:${address.path}`;
	const host = address.host.includes(":") ? `[${address.host}]` : address.host;
	return `${host}:${address.port}`;
}
