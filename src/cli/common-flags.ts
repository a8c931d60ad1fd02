import type { FlagSpec } from "./command-spec.ts";

/** Flags that every command has. */
export interface CommonFlags {
	readonly config?: string;
	readonly logLevel?: string;
	readonly logFormat?: string;
	readonly address?: string;
	readonly namespace?: string;
	/** `SRC:DST`, each. */
	readonly template?: readonly string[];
}

export const COMMON_FLAGS: readonly FlagSpec[] = [
	{
		flags: "-c, --config <file>",
		text: "config file, ours or Vault Agent's, or a folder of the latter (AGENT_CONFIG)",
	},
	{
		flags: "--log-level <level>",
		text: "what is logged",
		choices: ["trace", "debug", "info", "warn", "error"],
	},
	{ flags: "--log-format <format>", text: "default: pretty on a terminal", choices: ["json", "pretty"] },
];

/** For commands that read no config and log nothing: whoever starts them all alike need not know. */
export const UNUSED_COMMON_FLAGS: readonly FlagSpec[] = COMMON_FLAGS.map((flag) => ({
	...flag,
	isHidden: true,
}));

/** For commands that talk to Vault. */
export const SERVER_FLAGS: readonly FlagSpec[] = [
	{ flags: "--address <url>", text: "Vault's address (VAULT_ADDR)" },
	{ flags: "--namespace <namespace>", text: "Vault's namespace (VAULT_NAMESPACE)" },
];

/** For commands that have a listener, or ask one. */
export const LISTENER_FLAGS: readonly FlagSpec[] = [
	{
		flags: "--listen <address>",
		text: "where the agent answers: host:port or unix:/path (AGENT_LISTENER)",
	},
	{
		flags: "--listener-token-file <file>",
		text: "file with the token that opens it (AGENT_LISTENER_TOKEN: the token itself)",
	},
];

export const POLL_INTERVAL: FlagSpec = {
	flags: "--poll-interval <duration>",
	text: "how often secrets without a lease are read (default 15s)",
};

export const TEMPLATE: FlagSpec = {
	flags: "--template <SRC:DST>",
	text: "a template file and where it goes (repeatable)",
	isRepeatable: true,
};
