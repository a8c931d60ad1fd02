import type { AuthConfig, Config } from "../../config/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";

/**
 * The config with a login that takes nothing away from the agent that will run with it: no file goes, no sink is
 * written, and a token that was made for the look is given back at its end.
 */
export function lookingOnly(config: Config): Config {
	const { auth } = config;
	if (auth === undefined) return config;
	const { wrapTtlMs: _, ...own } = keepingFiles(auth); // a look is with a token of our own
	return { ...config, auth: { ...own, sinks: [], revokeOnShutdown: auth.method !== "token" } };
}

function keepingFiles(auth: AuthConfig): AuthConfig {
	switch (auth.method) {
		case "approle":
			return { ...auth, removeSecretIdFile: false };
		case "jwt":
			return { ...auth, removeJwtFile: false };
		default:
			return auth;
	}
}

/** What a login would use up for good, whatever is done about files; `undefined` when nothing. */
export function usedUpByLogin(auth: AuthConfig): string | undefined {
	if (auth.method === "approle" && auth.wrappingPath !== undefined)
		return "the wrapping token that holds the secret id";
	return auth.method === "token" && auth.isWrapped ? "the wrapping token that holds the token" : undefined;
}

/** A credential that is meant for one login, as its file goes with the reading: it may not work a second time. */
export function meantForOneLogin(auth: AuthConfig): string | undefined {
	if (auth.method === "approle" && auth.removeSecretIdFile && auth.secretId?.kind === "file")
		return `the secret id in ${auth.secretId.path}`;
	return auth.method === "jwt" && auth.removeJwtFile ? `the JWT in ${auth.path}` : undefined;
}

/** @throws AgentError `E_ONE_TIME_CREDENTIAL` where a look would take away what the agent is to log in with */
export function refuseToUseUp({ auth }: Config): void {
	const usedUp = auth && usedUpByLogin(auth);
	if (usedUp === undefined) return;
	throw new AgentError(`logging in would use up ${usedUp}, and the agent could not log in any more`, {
		code: "E_ONE_TIME_CREDENTIAL",
		exitCode: ExitCode.usage,
		rows: { do: "look with another login in auto_auth, such as method token" },
	});
}
