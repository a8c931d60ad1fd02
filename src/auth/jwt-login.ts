import type { Clock, Secret } from "../kernel/mod.ts";
import type { VaultClient } from "../vault/mod.ts";
import type { TokenGrant } from "./auth-method.ts";
import { isRefusal, LoginError } from "./errors.ts";
import { describeClaims, type JwtClaims, readClaims } from "./jwt-claims.ts";
import { loginCall, type LoginTerms } from "./login-call.ts";

/** A login that shows a JWT and names a role: `kubernetes` and `jwt` differ in what Vault says to it. */
export interface JwtLogin extends LoginTerms {
	readonly name: "jwt" | "kubernetes";
	readonly role: string;
	/** What to do about a refusal: the first row that fits is told, and one always does. */
	readonly advise: (refusal: JwtRefusal) => readonly (readonly [fits: boolean, advice: string])[];
}

/** What is known about a login that Vault refused. */
export interface JwtRefusal {
	readonly status: number | undefined;
	/** Vault's own. */
	readonly words: string;
	/** Absent when what was shown is no JWT. */
	readonly claims: JwtClaims | undefined;
	readonly isExpired: boolean;
}

export interface JwtLoginDeps {
	readonly client: VaultClient;
	readonly clock: Clock;
	/** Hides a JWT in whatever is printed, until the returned function has been called. */
	readonly hide: (jwt: Secret) => () => void;
}

/** @returns shows a JWT to Vault; the one before stays hidden until then, for an error may still quote it */
export function jwtLogin(login: JwtLogin, deps: JwtLoginDeps) {
	const { name, role, mountPath } = login;
	const ask = loginCall(login, deps.client);
	let forget = () => {};

	return async (jwt: Secret, signal: AbortSignal): Promise<TokenGrant> => {
		const forgetLast = forget;
		forget = deps.hide(jwt);
		forgetLast();
		const body = { role, jwt: jwt.reveal() };
		try {
			return await ask(body, signal);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			const now = deps.clock.date();
			const claims = readClaims(jwt.reveal());
			const isExpired = claims?.expiresAt !== undefined && claims.expiresAt <= now;
			const words = LoginError.wordsOf(error);
			const advice = login.advise({ status: error.status, words, claims, isExpired });
			const what = { name, mount: mountPath, role, jwt: describeClaims(claims, now) };
			throw LoginError.refused(what, error, advice.find(([fits]) => fits)?.[1] ?? "");
		}
	};
}
