import { AgentError, ExitCode, Secret } from "../kernel/mod.ts";
import { asNumber, asText, asTexts, type JsonObject, type VaultReply } from "../vault/mod.ts";
import type { TokenGrant } from "./auth-method.ts";

/**
 * The grant in the `auth` part of a login's or renewal's reply.
 *
 * @throws AgentError `E_LOGIN_EMPTY` when the reply holds no token
 */
export function grantOf(reply: VaultReply): TokenGrant {
	const token = asText(reply.auth?.["client_token"]);
	if (token === "") {
		throw new AgentError("Vault answered the login without a token", {
			code: "E_LOGIN_EMPTY",
			exitCode: ExitCode.loginRefused,
			rows: { do: "check that the mount is an auth method, and that it does not ask for MFA" },
		});
	}
	return {
		token: new Secret(token),
		accessor: asText(reply.auth?.["accessor"]),
		ttlMs: asNumber(reply.auth?.["lease_duration"]) * 1000,
		renewable: reply.auth?.["renewable"] === true,
		policies: asTexts(reply.auth?.["policies"]),
	};
}

/**
 * The wrapping of a login's token, as Vault Agent writes it: the server's `wrap_info`, as JSON. It stays as it is: who
 * unwraps it has the token.
 *
 * @throws AgentError `E_LOGIN_EMPTY` when the reply holds none
 */
export function wrappedGrantOf({ wrapInfo }: VaultReply): TokenGrant {
	if (asText(wrapInfo?.["token"]) === "") {
		throw new AgentError("Vault answered the login without a wrapping of the token", {
			code: "E_LOGIN_EMPTY",
			exitCode: ExitCode.loginRefused,
			rows: { do: "check that no proxy drops the header X-Vault-Wrap-TTL, or take auto_auth.wrap_ttl out" },
		});
	}
	return {
		token: new Secret(wrappingText(wrapInfo ?? {})),
		accessor: asText(wrapInfo?.["wrapped_accessor"]),
		ttlMs: 0,
		renewable: false,
		policies: [],
		isWrapped: true,
	};
}

/** A wrapping in the words of Vault Agent's sinks. */
export function wrappingText(wrapInfo: JsonObject): string {
	return `${JSON.stringify({ wrapped_accessor: "", ...wrapInfo })}\n`;
}

/** The grant of a token that is already there, as `lookup-self` tells it. */
export function grantOfLookup(token: Secret, data: VaultReply["data"]): TokenGrant {
	// In the last second of a token the TTL is 0, as it is for one without an end: `expire_time` tells.
	const shortest = asText(data?.["expire_time"]) === "" ? 0 : 1;
	return {
		token,
		accessor: asText(data?.["accessor"]),
		ttlMs: Math.max(shortest, asNumber(data?.["ttl"])) * 1000,
		renewable: data?.["renewable"] === true,
		policies: asTexts(data?.["policies"]),
	};
}
