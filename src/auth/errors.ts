import { AgentError, ExitCode } from "../kernel/mod.ts";
import type { VaultError } from "../vault/mod.ts";

/** Thrown when a login cannot succeed with the credentials at hand. */
export class LoginError extends AgentError {
	/** Vault said no to what it was shown. */
	static refused(method: { name: string; mount: string }, cause: VaultError, advice: string): LoginError {
		const words = /: (.*) \(\d+\)$/.exec(cause.message)?.[1] ?? "permission denied";
		const status = cause.status === undefined ? "" : ` (${cause.status})`;
		return new LoginError(`Vault refused the login: ${words}${status}`, {
			code: "E_LOGIN_REFUSED",
			exitCode: ExitCode.loginRefused,
			rows: { at: `${String(cause.facts["address"])}  ${method.mount}`, do: advice },
			facts: { method: method.name, ...cause.facts },
			cause,
		});
	}

	/** A credential is not there to be shown. */
	static noCredential(what: string, path: string, cause: unknown): LoginError {
		const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "empty";
		return new LoginError(`cannot read the ${what} from ${path} (${reason})`, {
			code: "E_CREDENTIAL_FILE",
			exitCode: ExitCode.loginRefused,
			rows: { do: `put the ${what} into that file, readable by the agent's user` },
			facts: { path },
			cause,
		});
	}
}
