import { formatDuration, type Log } from "../kernel/mod.ts";
import type { TokenGrant } from "./auth-method.ts";

interface Login {
	readonly method: string;
	readonly grant: TokenGrant;
	/** The file that the token was found in, when it was no login. */
	readonly foundIn: string | undefined;
}

/** The line about a new token. */
export function sayLogin(log: Log, { method, grant, foundIn }: Login): void {
	const { accessor, policies, ttlMs, isWrapped = false } = grant;
	if (isWrapped) {
		const msg = `${method} ok, the token came wrapped and is for who reads the sink`;
		log.write("info", "login", { msg, method, accessor });
		return;
	}
	const ttl = ttlMs > 0 ? `ttl ${formatDuration(ttlMs)}` : "no ttl";
	const how = foundIn === undefined ? "ok" : `token taken from ${foundIn}`;
	log.write("info", "login", {
		msg: `${method} ${how}, ${ttl}, policies ${policies.join(" ") || "none"}`,
		method,
		accessor,
		policies,
		ttl_seconds: ttlMs / 1000,
	});
}
