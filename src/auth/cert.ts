import type { Clock } from "../kernel/mod.ts";
import { type ClientCertificate, type VaultClient, VaultError } from "../vault/mod.ts";
import type { AuthMethod, TokenGrant } from "./auth-method.ts";
import { LoginError } from "./errors.ts";
import { loginCall, type LoginTerms } from "./login-call.ts";
import { certificateWords, type TlsClient } from "./tls-refresh.ts";

export interface CertOptions extends LoginTerms {
	/** The role; when absent the server takes the first that the certificate fits. */
	readonly name?: string;
	/** Files of certificate and key, for those who watch files; none when they are not to be read again. */
	readonly files: readonly string[];
}

export interface CertDeps {
	/** Shows the certificate on its connections. */
	readonly client: VaultClient & TlsClient;
	/** Reads the files again, before it is asked whether they hold something new. */
	readonly refresh: () => void;
	readonly clock: Clock;
}

/**
 * TLS certificate login: the connection is the proof
 * (developer.hashicorp.com/vault/api-docs/auth/cert#login-with-tls-certificate-method).
 */
export function certMethod(options: CertOptions, { client, refresh, clock }: CertDeps): AuthMethod {
	const { mountPath, name } = options;
	const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };
	const logIn = loginCall(options, client);
	let shown: string | undefined;

	const isShown = () => client.certificate?.fingerprint === shown;
	return {
		name: "cert",
		...namespace,
		credentialFiles: options.files,
		isTokenItself: false,
		client,
		// Vault compares the certificate of a renewal with that of the login (disable_binding, api-docs/auth/cert).
		mayRenew: isShown,
		hasNewCredential: () => {
			refresh();
			return Promise.resolve(!isShown());
		},
		async login(signal: AbortSignal): Promise<TokenGrant> {
			const { certificate } = client;
			shown = certificate?.fingerprint;
			const body = name === undefined ? {} : { name };
			try {
				return await logIn(body, signal);
			} catch (error) {
				if (!(error instanceof VaultError)) throw error;
				const judgement = judge(error, certificate, clock.date());
				if (judgement === undefined) throw error;
				const { advice, ...found } = judgement;
				const role = name === undefined ? {} : { role: name };
				const cert = certificate ? certificateWords(certificate, clock.date()) : "none is configured";
				throw LoginError.refused({ name: "cert", mount: mountPath, ...role, cert, ...found }, error, advice);
			}
		},
	};
}

interface Judgement {
	readonly found?: string;
	readonly advice: string;
}

/** Why the server will not have the certificate, as far as that can be told from here; nothing when waiting helps. */
function judge(
	error: VaultError,
	certificate: ClientCertificate | undefined,
	now: number,
): Judgement | undefined {
	const isHandshake = error.code === "E_VAULT_TLS" && /client certificate/.test(error.message);
	// OpenBao 2.6 answers 500 to a certificate whose time is not now, as if the fault were its own.
	const isTime = error.status === 500 && /failed to verify client's certificate/.test(error.message);
	if (error.remedy === "retry" && !isHandshake && !isTime) return undefined;
	const dated = certificate && judgeDates(certificate, now);
	if (dated !== undefined) return dated;
	if (isHandshake) return undefined;
	if (isTime) return { advice: "compare the clocks of this machine and the server, and the dates above" };
	if (error.status === 403 || error.status === 404)
		return { advice: "check that a TLS certificate mount is there (auto_auth.mount_path)" };
	if (/no client certificate found/.test(error.message)) {
		return {
			advice:
				"let the connection end at Vault itself: a proxy that ends TLS, or tls_disable_client_certs, keeps the certificate from it",
		};
	}
	return {
		advice:
			"name a role that holds the issuer's certificate and allows this subject (auto_auth.config.name), or show another certificate",
	};
}

function judgeDates({ notBefore, notAfter }: ClientCertificate, now: number): Judgement | undefined {
	if (notAfter <= now)
		return {
			found: "the client certificate has expired",
			advice: "put a renewed certificate and its key into the files",
		};
	if (notBefore <= now) return undefined;
	return {
		found: "the client certificate is not valid yet",
		advice: "check this machine's clock and the certificate",
	};
}
