import { Secret } from "../kernel/mod.ts";
import { asText, type VaultClient } from "../vault/mod.ts";
import { isRefusal } from "./errors.ts";
import { wrappingEmpty, wrappingInvalid, wrappingPath } from "./wrapping-errors.ts";

export interface WrappedSecretIdOptions {
	/** The creation path that a wrapping token must have, such as `auth/approle/role/gateway/secret-id`. */
	readonly creationPath: string;
	/** Where the wrapping tokens come from, for messages. */
	readonly place: string;
	readonly namespace?: string;
}

/**
 * Opens wrapping tokens, each once: what was in the last one is kept for the logins to come. One whose creation path
 * is another is not opened, for anybody can wrap anything (developer.hashicorp.com/vault/docs/concepts/response-wrapping).
 *
 * @returns the secret id of a wrapping token
 * @throws LoginError `E_WRAPPING_TOKEN`, `E_WRAPPING_PATH`
 */
export function secretIdUnwrapper(options: WrappedSecretIdOptions, client: VaultClient) {
	const { creationPath: wanted, place } = options;
	const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };
	let opened: { readonly token: Secret; readonly secretId: Secret } | undefined;
	/** Vault may have taken it as used, but its answer never came. */
	let unanswered: Secret | undefined;

	const creationPathOf = async (token: Secret, signal: AbortSignal): Promise<string> => {
		const call = { method: "POST", path: "sys/wrapping/lookup", body: { token: token.reveal() } } as const;
		return asText((await client.send({ ...call, ...namespace }, signal)).data?.["creation_path"]);
	};

	const open = async (token: Secret, signal: AbortSignal): Promise<string> => {
		const call = { method: "POST", path: "sys/wrapping/unwrap", body: {}, token } as const;
		try {
			return asText((await client.send({ ...call, ...namespace }, signal)).data?.["secret_id"]);
		} catch (error) {
			if (!isRefusal(error)) unanswered = token;
			throw error;
		}
	};

	return async (token: Secret, signal: AbortSignal): Promise<Secret> => {
		if (opened?.token.equals(token)) return opened.secretId;
		try {
			const found = await creationPathOf(token, signal);
			if (found !== wanted) throw wrappingPath(place, { found, wanted });
			const secretId = await open(token, signal);
			if (secretId === "") throw wrappingEmpty(place, "secret id");
			opened = { token, secretId: new Secret(secretId) };
			return opened.secretId;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			throw wrappingInvalid({ place, what: "secret id" }, error, token.equals(unanswered));
		}
	};
}
