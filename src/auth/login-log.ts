import { formatDuration, type Log } from "../kernel/mod.ts";
import type { TokenGrant } from "./auth-method.ts";

interface Login {
	readonly method: string;
	readonly grant: TokenGrant;
	/** Where the token was found, when it was no login. */
	readonly sink: string | undefined;
}

/** The line about a new token. */
export function sayLogin(log: Log, { method, grant, sink }: Login): void {
	const { accessor, policies, ttlMs } = grant;
	const ttl = ttlMs > 0 ? `ttl ${formatDuration(ttlMs)}` : "no ttl";
	const how = sink === undefined ? "ok" : `token taken from ${sink}`;
	log.write("info", "login", {
		msg: `${method} ${how}, ${ttl}, policies ${policies.join(" ") || "none"}`,
		method,
		accessor,
		policies,
		ttl_seconds: ttlMs / 1000,
	});
}
