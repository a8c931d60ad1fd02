import type { Problem } from "./errors.ts";
import type { ExecConfig } from "./exec-config.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { LogConfig } from "./log-config.ts";
import type { AuthConfig, Credential } from "./login-config.ts";

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
	/** Secrets whose fields become variables of the child; a later one counts before an earlier one. */
	readonly envFrom: readonly EnvFromConfig[];
	/** Variables of the child, in the order of the file; they count before those of `envFrom`. */
	readonly env: readonly EnvConfig[];
	readonly exec?: ExecConfig;
	/** Absent: nobody is answered. */
	readonly listener?: ListenerConfig;
	/** Absent: each agent logs in and reads for itself. */
	readonly handover?: HandoverConfig;
	readonly log: LogConfig;
	/** Absolute; the file that holds the process id. */
	readonly pidFile?: string;
	/** Init-container mode: end with 0 as soon as everything stands. */
	readonly exitAfterAuth: boolean;
	/** Bound on the wait for a first full render with `exitAfterAuth`, in milliseconds; absent: without end. */
	readonly timeoutMs?: number;
	/** Whether a start ends for what is not there, or waits for it while the rest is delivered. */
	readonly onMissing: "fail" | "wait";
	/** So long may something required not render, in milliseconds, before the agent ends; absent: for ever. */
	readonly giveUpAfterMs?: number;
	/** What works but should not stay so, one sentence each, for the log at start. */
	readonly warnings: readonly string[];
	/** What a config of another program asks for and we cannot do; an agent does not start with it. */
	readonly unsupported: readonly Problem[];
}

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
	/** Where `contents` stands in another program's config, such as `agent.hcl:14:3`: for messages. */
	readonly contentsPlace?: string;
	readonly language: TemplateLanguage;
	/** Absolute. */
	readonly destination: string;
	readonly format: FormatName;
	/** The format is a guess from a name that says nothing. */
	readonly isFormatUnsaid?: true;
	/** Permission bits; default 0o600. */
	readonly mode: number;
	/** A file that is there keeps its own mode. */
	readonly keepMode: boolean;
	/** Owner by name, or by number in digits; the agent's own when absent. */
	readonly user?: string;
	readonly group?: string;
	/** The file before stays as `.bak`. */
	readonly backup: boolean;
	readonly createDestDirs: boolean;
	/** Permission bits of folders that are made; default 0o700. */
	readonly dirMode: number;
	/** Absent: what has changed is written at once. */
	readonly wait?: WaitConfig;
	/** All are done. */
	readonly onChange: readonly ChangeAction[];
	/** What happens to the file when its secret is deleted in Vault. */
	readonly onDeleted: "keep" | "remove";
	/** When false, a missing secret does not hold the start up. Default true. */
	readonly required: boolean;
	/** Let an empty value through. Default false. */
	readonly allowEmpty: boolean;
}

/** What a template is written in. */
export type TemplateLanguage = { readonly kind: "handlebars" } | GoLanguage;

/** Go's `text/template`, and how it behaves. */
export interface GoLanguage {
	readonly kind: "go";
	/** Go's own braces when absent; likewise on the right. */
	readonly leftDelimiter?: string;
	readonly rightDelimiter?: string;
	/** A key that is not there is an error, and not `<no value>`. */
	readonly errorOnMissingKey: boolean;
	/** Names of functions that are refused; `*` in them stands for any characters. */
	readonly functionDenylist: readonly string[];
	/** Absolute; `file` reads below it alone. */
	readonly sandboxPath?: string;
	/** Values are escaped for the format. */
	readonly isEscaped: boolean;
}

/** How long a changed file waits for its secrets to be quiet, in milliseconds. */
export interface WaitConfig {
	/** More than 0. */
	readonly minMs: number;
	/** Since the first change; not less than `minMs`. */
	readonly maxMs: number;
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
	| { readonly kind: "restart" }
	| { readonly kind: "rolling" }
	| { readonly kind: "signal"; readonly signal: NodeJS.Signals }
	| {
			readonly kind: "command";
			readonly command: readonly string[];
			readonly timeoutMs: number;
			/** What it is given of the agent's environment; the whole without credentials when absent. */
			readonly env?: CommandEnvConfig;
	  }
	| { readonly kind: "http"; readonly url: string; readonly method: string; readonly timeoutMs: number };

/** The environment of a command. Names are patterns in which `*` and `?` stand as in file names. */
export interface CommandEnvConfig {
	/** Nothing passes but what is custom. */
	readonly pristine: boolean;
	/** `NAME=value`, each. */
	readonly custom: readonly string[];
	/** When there are any, of the agent's own these pass alone. */
	readonly allowlist: readonly string[];
	/** These do not pass, whatever the allowlist says. */
	readonly denylist: readonly string[];
}

/** A secret, each of whose fields becomes a variable. */
export interface EnvFromConfig extends PaceConfig {
	/** Path in Vault, without slashes at the ends. */
	readonly secret: string;
	/** What a variable is called; `{{field}}` stands for the field's name. */
	readonly name: string;
	/** What is no letter, digit or `_` in a name becomes `_`. */
	readonly sanitize: boolean;
	readonly upcase: boolean;
	/** Absent: all of them. A name is the whole name, before it is sanitized. */
	readonly fields?: readonly { readonly field: string; readonly name?: string }[];
	readonly required: boolean;
}

/** One variable of the child: a reference, a template over one secret, or a whole template. */
export interface EnvConfig extends PaceConfig {
	readonly name: string;
	readonly value:
		| { readonly kind: "reference"; readonly reference: Reference }
		| { readonly kind: "template"; readonly secret: string; readonly template: string }
		| ({ readonly kind: "text"; readonly language: TemplateLanguage } & (
				| {
						readonly contents: string;
						/** As of a template. */
						readonly contentsPlace?: string;
				  }
				/** Absolute. */
				| { readonly source: string }
		  ));
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
