import type { Secret } from "../kernel/mod.ts";

/** One login method and how it is repeated. */
export type AuthConfig = ApproleConfig | CertConfig | JwtConfig | KubernetesConfig | TokenConfig;

interface LoginBase {
	/** Login namespace when it differs from `vault.namespace`. */
	readonly namespace?: string;
	/** First pause after a failed login or renewal, in milliseconds. */
	readonly minBackoffMs: number;
	readonly maxBackoffMs: number;
	/** Life of the wrapping in which the login's token comes, in milliseconds: it is for the one sink and not for us. */
	readonly wrapTtlMs?: number;
	/** A login that fails ends the agent. Default false. */
	readonly endsOnError: boolean;
	/** Files that get the token. */
	readonly sinks: readonly SinkConfig[];
	/** Revoke the token when the agent ends. Default false. */
	readonly revokeOnShutdown: boolean;
}

/** A file that gets the token after each login. */
export interface SinkConfig {
	/** Absolute. */
	readonly path: string;
	/** Permission bits; default 0o600. */
	readonly mode: number;
	/** A token that stands there spares the next start its login. Default true. */
	readonly reuse: boolean;
	/** Owner by name, or by number in digits; the agent's own when absent. */
	readonly user?: string;
	readonly group?: string;
	/** Life of the wrapping that is written in place of the token, in milliseconds; the token itself when absent. */
	readonly wrapTtlMs?: number;
	/** Absent: what is written is not encrypted. */
	readonly encryption?: SinkEncryption;
}

/** What is written is for one reader alone: keys by X25519, the cipher AES-256-GCM, as Vault Agent has it. */
export interface SinkEncryption {
	/** Absolute; the file in which the reader has put its public key. */
	readonly readerKeyPath: string;
	/** The key is made of the shared secret by HKDF; otherwise it is that secret. */
	readonly isDerived: boolean;
	/** What the reader has to give as well; empty when nothing. */
	readonly aad: string;
}

export interface ApproleConfig extends LoginBase {
	readonly method: "approle";
	/** Without slashes at the ends, such as `auth/approle`. */
	readonly mountPath: string;
	readonly roleId: Credential;
	/** Absent for roles that bind no secret id. */
	readonly secretId?: Credential;
	/** Such as `auth/approle/role/gateway/secret-id`: what is given as secret id is a wrapping token that was made there. */
	readonly wrappingPath?: string;
	/** Unlink the secret id's file once it has been read. Default true, as in Vault Agent. */
	readonly removeSecretIdFile: boolean;
}

export interface CertConfig extends LoginBase {
	readonly method: "cert";
	readonly mountPath: string;
	/** The role; whichever fits when absent. */
	readonly name?: string;
	/** Absolute paths, when the login shows a certificate of its own. */
	readonly own?: { readonly clientCert: string; readonly clientKey: string; readonly caCert?: string };
	/** Read the files again before each login. Default true. */
	readonly reload: boolean;
}

export interface KubernetesConfig extends LoginBase {
	readonly method: "kubernetes";
	readonly mountPath: string;
	readonly role: string;
	/** Absolute; the service account's token. */
	readonly tokenPath: string;
}

export interface JwtConfig extends LoginBase {
	readonly method: "jwt";
	readonly mountPath: string;
	readonly role: string;
	/** Absolute; the file that holds the JWT. */
	readonly path: string;
	/** Unlink that file once it has been read. Default true, as in Vault Agent. */
	readonly removeJwtFile: boolean;
	/** Of a link, what it leads to goes. Default false. */
	readonly removeFollowsLinks: boolean;
	/** How often a new JWT is looked for, to log in with at once, in milliseconds; absent: it is for the next login. */
	readonly readPeriodMs?: number;
}

export interface TokenConfig extends LoginBase {
	readonly method: "token";
	readonly token: Credential;
	/** What is given is a wrapping of the token. Default false. */
	readonly isWrapped: boolean;
}

/** A credential given in place, or the file that holds it. */
export type Credential =
	| { readonly kind: "value"; readonly value: Secret }
	| { readonly kind: "file"; readonly path: string };
