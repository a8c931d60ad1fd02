import type { Secret } from "../kernel/mod.ts";
import type { Problem } from "./errors.ts";
import type { ExecConfig } from "./exec-config.ts";
import type { ListenAddress } from "./listen-address.ts";

/** The whole configuration after flags, environment and file have been joined, checked and given defaults. Frozen. */
export interface Config {
	/** Where it came from, for messages: the file's path, or `flags and environment`. */
	readonly origin: string;
	/** The config's files, absolute; none without one. */
	readonly files: readonly string[];
	/** Read config, templates and credential files again when they change on disk. Default true. */
	readonly watch: boolean;
	readonly vault: VaultConfig;
	/** Absent when nothing says how to log in; commands that need a login then refuse with the remedy. */
	readonly auth?: AuthConfig;
	/** How often secrets without a lease are read again, in milliseconds; ±10 % jitter is added by the clock. */
	readonly pollIntervalMs: number;
	readonly templates: readonly TemplateConfig[];
	/** Absolute; when there are any, every destination lies below one of them. */
	readonly allowedRoots: readonly string[];
	/** Absolute; when there are any, templates read files below one of them alone. */
	readonly fileRoots: readonly string[];
	/** Variables of the child, in the order of the file. */
	readonly env: readonly EnvConfig[];
	readonly exec?: ExecConfig;
	/** Absent: nobody is answered. */
	readonly listener?: ListenerConfig;
	/** Absent: each agent logs in and reads for itself. */
	readonly handover?: HandoverConfig;
	readonly log: { readonly level: LogLevelName; readonly format: "json" | "pretty" };
	/** Init-container mode: end with 0 as soon as everything stands. */
	readonly exitAfterAuth: boolean;
	/** Bound on the wait for a first full render with `exitAfterAuth`, in milliseconds. */
	readonly timeoutMs: number;
	/** What works but should not stay so, one sentence each, for the log at start. */
	readonly warnings: readonly string[];
	/** What a config of another program asks for and we cannot do; an agent does not start with it. */
	readonly unsupported: readonly Problem[];
}

export type LogLevelName = "trace" | "debug" | "info" | "warn" | "error";

export interface VaultConfig {
	/** Tried in this order, without a slash at the end. At least one, unless no server was asked for. */
	readonly addresses: readonly string[];
	readonly namespace?: string;
	/** Bound on one request, in milliseconds. */
	readonly timeoutMs: number;
	/** Absolute file paths; read by the transport. */
	readonly tls: {
		readonly caCert?: string;
		readonly caPath?: string;
		readonly clientCert?: string;
		readonly clientKey?: string;
		readonly serverName?: string;
		readonly skipVerify: boolean;
	};
}

/** One login method and how it is repeated. */
export type AuthConfig = ApproleConfig | CertConfig | JwtConfig | KubernetesConfig | TokenConfig;

interface LoginBase {
	/** Login namespace when it differs from `vault.namespace`. */
	readonly namespace?: string;
	/** First pause after a failed login or renewal, in milliseconds. */
	readonly minBackoffMs: number;
	readonly maxBackoffMs: number;
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
	/** Owner by name, or by number in digits; the agent's own when absent. */
	readonly user?: string;
	readonly group?: string;
	/** Life of the wrapping that is written in place of the token, in milliseconds; the token itself when absent. */
	readonly wrapTtlMs?: number;
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
}

export interface TokenConfig extends LoginBase {
	readonly method: "token";
	readonly token: Credential;
}

/** A credential given in place, or the file that holds it. */
export type Credential =
	| { readonly kind: "value"; readonly value: Secret }
	| { readonly kind: "file"; readonly path: string };

export type FormatName =
	| "dotenv"
	| "dotenv:compose"
	| "dotenv:python"
	| "dotenv:node"
	| "dotenv:docker"
	| "shell"
	| "json"
	| "yaml"
	| "properties"
	| "text";

export interface TemplateConfig extends PaceConfig {
	/** The template file, absolute; or `contents`. */
	readonly source?: string;
	readonly contents?: string;
	/** Absolute. */
	readonly destination: string;
	readonly format: FormatName;
	/** The format is a guess from a name that says nothing. */
	readonly isFormatUnsaid?: true;
	/** Permission bits; default 0o600. */
	readonly mode: number;
	/** Owner by name, or by number in digits; the agent's own when absent. */
	readonly user?: string;
	readonly group?: string;
	readonly onChange: ChangeAction;
	/** What happens to the file when its secret is deleted in Vault. */
	readonly onDeleted: "keep" | "remove";
	/** When false, a missing secret does not hold the start up. Default true. */
	readonly required: boolean;
	/** Let an empty value through. Default false. */
	readonly allowEmpty: boolean;
}

/** How often the secrets of a template or variable are read, in milliseconds. */
interface PaceConfig {
	/** For those without a lease; {@link Config.pollIntervalMs} when absent. */
	readonly pollIntervalMs?: number;
	/** The oldest that any of them may become; unbounded when absent. */
	readonly maxAgeMs?: number;
}

/** What is done when a file has changed. */
export type ChangeAction =
	| { readonly kind: "none" }
	| { readonly kind: "restart" }
	| { readonly kind: "rolling" }
	| { readonly kind: "signal"; readonly signal: NodeJS.Signals }
	| { readonly kind: "command"; readonly command: readonly string[]; readonly timeoutMs: number }
	| { readonly kind: "http"; readonly url: string; readonly method: string; readonly timeoutMs: number };

/** One variable of the child: a reference, or a template over one secret. */
export interface EnvConfig extends PaceConfig {
	readonly name: string;
	readonly value:
		| { readonly kind: "reference"; readonly reference: Reference }
		| { readonly kind: "template"; readonly secret: string; readonly template: string };
	readonly required: boolean;
	readonly allowEmpty: boolean;
}

/** `path#field`, or `path?version=3#field`. */
export interface Reference {
	readonly path: string;
	readonly field: string;
	readonly version?: number;
}

/** Who answers over HTTP how the agent is. */
export interface ListenerConfig {
	readonly address: ListenAddress;
	/** Only this machine can reach the address. */
	readonly isLocal: boolean;
	readonly token?: Credential;
	/** Absolute file paths. */
	readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
	/** Names, in lower case, that requests may be meant for. */
	readonly hosts: readonly string[];
	/** Whether `POST /v1/quit` is answered. */
	readonly quit: boolean;
}

/** What an agent that ends with `exitAfterAuth` leaves for the one that starts after it. */
export interface HandoverConfig {
	/** Absolute. */
	readonly path: string;
	/** Absolute; what the key is made of, when that is not what the login shows. */
	readonly keyFile?: string;
}
