import { Secret } from "../kernel/mod.ts";
import { asText, type VaultClient } from "../vault/mod.ts";
import { isRefusal } from "./errors.ts";
import { wrappingEmpty, wrappingInvalid } from "./wrapping-errors.ts";

interface WrappedTokenOptions {
	/** Where the wrapping tokens come from, for messages. */
	readonly place: string;
	readonly namespace?: string;
}

/**
 * Opens wrapping tokens, each once: what was in the last one is kept for the logins to come. In it is the answer of a
 * login, or a token that somebody has wrapped as a sink does.
 *
 * @returns the token of a wrapping token; throws LoginError `E_WRAPPING_TOKEN`, VaultError
 */
export function tokenUnwrapper({ place, namespace }: WrappedTokenOptions, client: VaultClient) {
	const where = namespace === undefined ? {} : { namespace };
	let opened: { readonly wrapping: Secret; readonly token: Secret } | undefined;
	/** Vault may have taken it as used, but its answer never came. */
	let unanswered: Secret | undefined;

	const open = async (wrapping: Secret, signal: AbortSignal): Promise<string> => {
		try {
			const call = { method: "POST", path: "sys/wrapping/unwrap", body: {}, token: wrapping } as const;
			const { auth, data } = await client.send({ ...call, ...where }, signal);
			return asText(auth?.["client_token"]) || asText(data?.["token"]);
		} catch (error) {
			if (isRefusal(error))
				throw wrappingInvalid({ place, what: "token" }, error, wrapping.equals(unanswered));
			unanswered = wrapping;
			throw error;
		}
	};

	return async (wrapping: Secret, signal: AbortSignal): Promise<Secret> => {
		if (opened?.wrapping.equals(wrapping)) return opened.token;
		const token = await open(wrapping, signal);
		if (token === "") throw wrappingEmpty(place, "token");
		opened = { wrapping, token: new Secret(token) };
		return opened.token;
	};
}
