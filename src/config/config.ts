import type { Secret } from "../kernel/mod.ts";

/** The whole configuration after flags, environment and file have been joined, checked and given defaults. Frozen. */
export interface Config {
	/** Where it came from, for messages: the file's path, or `flags and environment`. */
	readonly origin: string;
	readonly vault: VaultConfig;
	/** Absent when nothing says how to log in; commands that need a login then refuse with the remedy. */
	readonly auth?: AuthConfig;
	/** How often secrets without a lease are read again, in milliseconds; ±10 % jitter is added by the clock. */
	readonly pollIntervalMs: number;
	readonly templates: readonly TemplateConfig[];
	/** Absolute; when there are any, every destination lies below one of them. */
	readonly allowedRoots: readonly string[];
	/** Variables of the child, in the order of the file. */
	readonly env: readonly EnvConfig[];
	readonly exec?: ExecConfig;
	readonly log: { readonly level: LogLevelName; readonly format: "json" | "pretty" };
	/** Init-container mode: end with 0 as soon as everything stands. */
	readonly exitAfterAuth: boolean;
	/** Bound on the wait for a first full render with `exitAfterAuth`, in milliseconds. */
	readonly timeoutMs: number;
	/** What works but should not stay so, one sentence each, for the log at start. */
	readonly warnings: readonly string[];
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
export type AuthConfig = ApproleConfig | TokenConfig;

interface LoginPace {
	/** Login namespace when it differs from `vault.namespace`. */
	readonly namespace?: string;
	/** First pause after a failed login or renewal, in milliseconds. */
	readonly minBackoffMs: number;
	readonly maxBackoffMs: number;
}

export interface ApproleConfig extends LoginPace {
	readonly method: "approle";
	/** Without slashes at the ends, such as `auth/approle`. */
	readonly mountPath: string;
	readonly roleId: Credential;
	/** Absent for roles that bind no secret id. */
	readonly secretId?: Credential;
	/** Unlink the secret id's file once it has been read. Default true, as in Vault Agent. */
	readonly removeSecretIdFile: boolean;
}

export interface TokenConfig extends LoginPace {
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

export interface TemplateConfig {
	/** The template file, absolute; or `contents`. */
	readonly source?: string;
	readonly contents?: string;
	/** Absolute. */
	readonly destination: string;
	readonly format: FormatName;
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

/** What is done when a file has changed. */
export type ChangeAction =
	| { readonly kind: "none" }
	| { readonly kind: "restart" }
	| { readonly kind: "signal"; readonly signal: NodeJS.Signals }
	| { readonly kind: "command"; readonly command: readonly string[]; readonly timeoutMs: number }
	| { readonly kind: "http"; readonly url: string; readonly method: string; readonly timeoutMs: number };

/** One variable of the child: a reference, or a template over one secret. */
export interface EnvConfig {
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

export interface ExecConfig {
	readonly command: readonly string[];
	readonly onChange: ChangeAction & { readonly kind: "none" | "restart" | "signal" };
	readonly stopSignal: NodeJS.Signals;
	/** Between the stop signal and SIGKILL, in milliseconds. */
	readonly stopTimeoutMs: number;
	/** A new child that ends within this time is put back on the previous values, in milliseconds. */
	readonly startGraceMs: number;
	readonly restartOnExit: "never" | "on-failure" | "always";
	/** True, or the names that pass from the agent's environment to the child. */
	readonly inheritEnv: true | readonly string[];
}
