import { AgentError, errorCode } from "../../kernel/mod.ts";
import type { FrontSpec } from "./front.ts";

const REASONS: Readonly<Record<string, string>> = {
	EADDRINUSE: "another process listens there",
	EADDRNOTAVAIL: "this machine has no such address",
	EAFNOSUPPORT: "this machine has no IPv6",
	EACCES: "this user may not",
	ENOENT: "its folder is not there",
	ENOTDIR: "its folder is none",
	ENOTFOUND: "there is no host of this name",
	EINVAL: "it is no address that can be used; the path of a socket is at most 107 bytes long",
};

/** The public address cannot be listened on. */
export function cannotListen(listen: FrontSpec["listen"], reason: string): AgentError {
	return new AgentError(`Cannot listen on ${written(listen)}: ${reason}`, {
		code: "E_FRONT_LISTEN",
		rows: { in: "exec.listen", do: "end what is there, or set another address" },
	});
}

/** What a failed `listen` means. */
export function reasonOf(error: unknown): string {
	const code = errorCode(error) ?? "no code";
	return REASONS[code] ?? code;
}

/** `0.0.0.0:4000`, `[::]:4000`, `unix:/run/gw.sock` */
function written(listen: FrontSpec["listen"]): string {
	if (listen.kind === "unix") return `unix:${listen.path}`;
	return listen.host.includes(":") ? `[${listen.host}]:${listen.port}` : `${listen.host}:${listen.port}`;
}
