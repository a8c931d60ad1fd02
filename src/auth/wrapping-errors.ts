import { ExitCode } from "../kernel/mod.ts";
import type { VaultError } from "../vault/mod.ts";
import { LoginError } from "./errors.ts";

// What can be wrong with a wrapping token. All of it may be the trace of a theft, so each says what to look into.

/** What should have been in a wrapping. */
type Wrapped = "secret id" | "token";

/** The method that needs it. */
const METHOD: Readonly<Record<Wrapped, string>> = { "secret id": "approle", token: "token" };

const ADVICE: Readonly<Record<Wrapped, string>> = {
	"secret id":
		"take the secret id for stolen: see in Vault's audit log who unwrapped it, destroy it by its accessor, and put a new wrapping token there",
	token:
		"take the token for stolen: see in Vault's audit log who unwrapped it, revoke it by its accessor, and put a new wrapping token there",
};

/**
 * Vault does not know it: the sign by which response wrapping shows that somebody else was first.
 *
 * @param isOurs an unwrapping of our own got no answer
 */
export function wrappingInvalid(
	{ place, what }: { readonly place: string; readonly what: Wrapped },
	cause: VaultError,
	isOurs: boolean,
): LoginError {
	const status = cause.status === undefined ? "" : ` (${cause.status})`;
	const message = `the wrapping token in ${place} is not valid: it was used before, has expired or never was${status}`;
	return new LoginError(message, {
		code: "E_WRAPPING_TOKEN",
		exitCode: ExitCode.loginRefused,
		rows: {
			...(cause.rows["at"] !== undefined && { at: cause.rows["at"] }),
			...(isOurs && { has: "an unwrapping by this agent, whose answer was lost: that may have used it up" }),
			do: ADVICE[what],
		},
		facts: { method: METHOD[what], ...cause.facts },
		cause,
	});
}

/** It was not made where the config says. */
export function wrappingPath(place: string, path: { found: string; wanted: string }): LoginError {
	const message = `the wrapping token in ${place} may have been tampered with: it was made at another path`;
	return new LoginError(message, {
		code: "E_WRAPPING_PATH",
		exitCode: ExitCode.loginRefused,
		rows: {
			has: `creation path ${path.found}, expected ${path.wanted}; it was not unwrapped`,
			do: "find out who put it there, and make a new one; or correct auto_auth.config.secret_id_response_wrapping_path",
		},
		facts: { method: "approle", ...path },
	});
}

const HOW_TO_WRAP: Readonly<Record<Wrapped, string>> = {
	"secret id":
		"wrap what Vault answers when a secret id is made: vault write -wrap-ttl=5m -f <path>/secret-id",
	token: "wrap what Vault answers when a token is made: vault token create -wrap-ttl=5m",
};

/** It was in order, but what we need was not in it. */
export function wrappingEmpty(place: string, what: Wrapped): LoginError {
	return new LoginError(`the wrapping token in ${place} held no ${what}`, {
		code: "E_WRAPPING_TOKEN",
		exitCode: ExitCode.loginRefused,
		rows: { do: HOW_TO_WRAP[what] },
		facts: { method: METHOD[what] },
	});
}

/** It stands where a token should, such as in a sink with `wrap_ttl`. */
export function tokenWrapped(place: string): LoginError {
	return new LoginError(`${place} holds a wrapping token, which cannot log in`, {
		code: "E_WRAPPING_TOKEN",
		exitCode: ExitCode.loginRefused,
		rows: {
			do: "put the unwrapped token there, set auto_auth.config.unwrap_token, or take wrap_ttl out of the sink that writes it",
		},
		facts: { method: "token" },
	});
}
