import { type JsonValue, parseJson, type Secret } from "../kernel/mod.ts";
import { asObject, asText, type VaultClient } from "../vault/mod.ts";
import type { AuthMethod, TokenGrant } from "./auth-method.ts";
import { type Credential, type CredentialFiles, CredentialReader } from "./credential.ts";
import { isRefusal, LoginError } from "./errors.ts";
import { grantOfLookup } from "./grant.ts";
import { tokenUnwrapper } from "./wrapped-token.ts";
import { tokenWrapped } from "./wrapping-errors.ts";

export interface TokenOptions {
	readonly token: Credential;
	/** What is given is a wrapping of the token, and is unwrapped once. Default false. */
	readonly isWrapped?: boolean;
	readonly namespace?: string;
}

export interface TokenDeps {
	readonly client: VaultClient;
	readonly files: CredentialFiles;
	readonly onCredential: (credential: Secret) => void;
}

/**
 * A token that is already there. Logging in is asking Vault about it
 * (developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token-self).
 */
export function tokenMethod(options: TokenOptions, deps: TokenDeps): AuthMethod {
	const reader = new CredentialReader(deps.files, { what: "token", credential: options.token });
	const place = reader.path ?? "VAULT_TOKEN, or auto_auth.config.token";
	const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };
	const unwrap =
		options.isWrapped === true ? tokenUnwrapper({ place, ...namespace }, deps.client) : undefined;
	return {
		name: "token",
		...namespace,
		credentialFiles: reader.path === undefined ? [] : [reader.path],
		isTokenItself: true,
		hasNewCredential: () => reader.hasNew(),
		async login(signal: AbortSignal): Promise<TokenGrant> {
			const given = (await reader.read()).map((text) => tokenIn(text, place, unwrap !== undefined));
			deps.onCredential(given);
			const token = unwrap === undefined ? given : await unwrap(given, signal);
			deps.onCredential(token);
			try {
				const call = { method: "GET", path: "auth/token/lookup-self", token, ...namespace } as const;
				const { data } = await deps.client.send(call, signal);
				return grantOfLookup(token, data);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				const advice = `put a valid token into ${place}: this one is unknown, expired, used up or revoked`;
				throw LoginError.refused({ name: "token", mount: "auth/token" }, error, advice);
			}
		},
	};
}

/** The token in what others write: it alone, or the JSON of `vault login`, or of a sink. */
function tokenIn(text: string, place: string, mayBeWrapping: boolean): string {
	const json = text.startsWith("{") ? asObject(parse(text)) : undefined;
	if (!mayBeWrapping && asText(json?.["creation_path"]) !== "") throw tokenWrapped(place);
	return asText(asObject(json?.["auth"])?.["client_token"]) || asText(json?.["token"]) || text;
}

function parse(text: string): JsonValue {
	try {
		return parseJson(text);
	} catch {
		return null;
	}
}
