import type { AuthConfig, Config } from "../config/mod.ts";
import type { VaultLink } from "./vault-links.ts";

/** The config with a login that takes nothing away from the agent that will run with it: no file goes, no sink is written. */
export function lookingOnly(config: Config): Config {
	const { auth } = config;
	if (auth === undefined) return config;
	return { ...config, auth: { ...keepingFiles(auth), sinks: [], revokeOnShutdown: false } };
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
	return auth.method === "approle" && auth.wrappingPath !== undefined
		? "the wrapping token that holds the secret id"
		: undefined;
}

/** A credential that is meant for one login, as its file goes with the reading: it may not work a second time. */
export function meantForOneLogin(auth: AuthConfig): string | undefined {
	if (auth.method === "approle" && auth.removeSecretIdFile && auth.secretId?.kind === "file")
		return `the secret id in ${auth.secretId.path}`;
	return auth.method === "jwt" && auth.removeJwtFile ? `the JWT in ${auth.path}` : undefined;
}

/** Gives back the token of a login that was made to look; a token that was there before stays. */
export async function leave(link: VaultLink, auth: AuthConfig, signal: AbortSignal): Promise<void> {
	if (auth.method === "token") return;
	const namespace = auth.namespace === undefined ? {} : { namespace: auth.namespace };
	const token = await link.session.token(signal);
	const call = { method: "POST", path: "auth/token/revoke-self", body: {}, token, ...namespace } as const;
	// It ends by itself as well, if later.
	await link.client.send(call, signal).catch(() => undefined);
}
