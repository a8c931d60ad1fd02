import { AgentError, errorCode, ExitCode } from "../kernel/mod.ts";

/** The address cannot be listened on. */
export function cannotListen(address: string, reason: string): AgentError {
	return new AgentError(`cannot listen on ${address}: ${reason}`, {
		code: "E_LISTEN",
		exitCode: ExitCode.usage,
		rows: { do: "end what is there, or set another address with --listen or listener.address" },
	});
}

const REASONS: Readonly<Record<string, string>> = {
	EADDRINUSE: "another process listens there",
	EADDRNOTAVAIL: "this machine has no such address",
	EACCES: "this user may not",
	ENOENT: "its folder is not there",
	ENOTFOUND: "there is no host of this name",
	EINVAL: "it is no address that can be used; the path of a socket is at most 107 bytes long",
};

/** What a failed `listen` means. */
export function reasonOf(error: unknown): string {
	const code = errorCode(error) ?? "no code";
	return REASONS[code] ?? code;
}
