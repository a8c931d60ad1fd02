import { AgentError, errorCode, ExitCode } from "../kernel/mod.ts";
import { VaultError } from "../vault/mod.ts";

/** Whether Vault said no for good. Whatever else is wrong is not about what it was shown, or may pass. */
export function isRefusal(error: unknown): error is VaultError {
	return error instanceof VaultError && error.remedy !== "retry" && error.status !== undefined;
}

/** What a login has shown, and to whom. */
interface Shown {
	readonly name: string;
	readonly mount: string;
	readonly role?: string;
	/** The certificate, in words. */
	readonly cert?: string;
	/** What the JWT says of itself; never the JWT. */
	readonly jwt?: string;
	/** What we can see to be wrong with it ourselves; Vault's words follow. */
	readonly found?: string;
}

interface WantedFile {
	readonly what: string;
	readonly path: string;
	readonly advice?: string;
}

/** Thrown when a login cannot succeed with the credentials at hand. */
export class LoginError extends AgentError {
	/** Vault said no to what it was shown. */
	static refused(shown: Shown, cause: VaultError, advice: string): LoginError {
		const role = shown.role === undefined ? "" : `  role "${shown.role}"`;
		const found = shown.found === undefined ? "" : `${shown.found}: `;
		const status = cause.status === undefined ? "" : ` (${cause.status})`;
		return new LoginError(`Vault refused the login: ${found}${LoginError.wordsOf(cause)}${status}`, {
			code: "E_LOGIN_REFUSED",
			exitCode: ExitCode.loginRefused,
			rows: {
				at: `${String(cause.facts["address"])}  ${shown.mount}${role}`,
				...(shown.cert !== undefined && { cert: shown.cert }),
				...(shown.jwt !== undefined && { jwt: shown.jwt }),
				do: advice,
			},
			facts: { method: shown.name, ...cause.facts },
			cause,
		});
	}

	/** Vault's own words in its refusal of a request; ours, where there was no answer to quote. */
	static wordsOf(refusal: VaultError): string {
		if (refusal.status === undefined) return refusal.message;
		return /: (.*) \(\d+\)$/.exec(refusal.message)?.[1] ?? "permission denied";
	}

	/** A credential is not there to be shown. */
	static noCredential(wanted: WantedFile, cause: unknown): LoginError {
		const { what, path, advice = `put the ${what} into that file, readable by the agent's user` } = wanted;
		const reason = errorCode(cause) ?? "empty";
		return new LoginError(`cannot read the ${what} from ${path} (${reason})`, {
			code: "E_CREDENTIAL_FILE",
			exitCode: ExitCode.loginRefused,
			rows: { do: advice },
			facts: { path },
			cause,
		});
	}
}
