import type { JsonObject, VaultClient } from "../vault/mod.ts";
import type { TokenGrant } from "./auth-method.ts";
import { grantOf, wrappedGrantOf } from "./grant.ts";

/** Where a login is made, and in which form its token comes. */
export interface LoginTerms {
	/** Such as `auth/approle`. */
	readonly mountPath: string;
	/** Login namespace when it differs from the client's. */
	readonly namespace?: string;
	/** Vault wraps the token for so long, in milliseconds: it is for somebody else. Absent: it is ours. */
	readonly wrapTtlMs?: number;
}

/** @returns asks Vault for a token with what is shown; throws VaultError, or AgentError `E_LOGIN_EMPTY` */
export function loginCall({ mountPath, namespace, wrapTtlMs }: LoginTerms, client: VaultClient) {
	const terms = {
		method: "POST",
		path: `${mountPath}/login`,
		...(namespace !== undefined && { namespace }),
		...(wrapTtlMs !== undefined && { wrapTtlMs }),
	} as const;
	return async (body: JsonObject, signal: AbortSignal): Promise<TokenGrant> => {
		const reply = await client.send({ ...terms, body }, signal);
		return wrapTtlMs === undefined ? grantOf(reply) : wrappedGrantOf(reply);
	};
}
