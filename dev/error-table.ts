/** What docs/operations.md says about one error code. Its exit codes are read from the source. */
export interface ErrorRow {
	readonly means: string;
	readonly remedy: string;
	/** Where the source does not say it in so many words. */
	readonly exit?: string;
}

const AGAIN = "it is tried again by itself";

/** In alphabetical order. `dev/docs-operations.ts` fails when it and the codes of `src` differ. */
export const ERROR_TABLE: Readonly<Record<string, ErrorRow>> = {
	E_AGENT_AWAY: {
		means: "`agent status` or `refresh` found no agent at that address",
		remedy: "give the agent a `listener`, and ask by the same address",
	},
	E_AGENT_REFUSED: {
		means: "the agent's listener did not let the question in",
		remedy: "give its token with `--listener-token-file` or `AGENT_LISTENER_TOKEN`",
	},
	E_CHILD_NOT_READY: {
		means: "the first child was not ready within `exec.ready.timeout`",
		remedy: "see what the child itself has said; raise the timeout, or ask it something else",
	},
	E_CHILD_PORT: {
		means: "in rolling, the child listens on the public address itself, where the agent has to",
		remedy:
			"let it listen on the port in `PORT`, or write `{{port}}` into its command or a file of its config",
	},
	E_CHILD_START: {
		means: "the child's program cannot be started",
		remedy: "check `exec.command` and the agent's `PATH`",
		exit: "126, 127",
	},
	E_CONFIG: {
		means: "the config cannot be used; every fault is named with its line",
		remedy: "mend what is named; `agent validate` looks without starting",
	},
	E_CREDENTIAL_FILE: {
		means: "a file of the login (role id, secret id, JWT, token) cannot be read or is empty",
		remedy: "put it there, readable by the agent's user",
	},
	E_DELIVERY: {
		means: "a file cannot be written: disk full, read-only, no permission, a disk that does not answer",
		remedy: `mend the folder; ${AGAIN}`,
	},
	E_DESTINATION: {
		means:
			"a destination is a link, a folder, a mount point, outside of `allowed_roots`, or its owner does not exist",
		remedy: "name another destination or owner",
	},
	E_DEV_FILES: {
		means: "`agent dev` cannot write the files of its clients",
		remedy: "name a folder that you may write to",
	},
	E_DEV_LISTEN: {
		means: "`agent dev` cannot listen there: taken, or not a loopback address",
		remedy: "another port, or port 0",
		exit: "1, 2",
	},
	E_DEV_SEED: {
		means: "`agent dev` cannot plant what the seed says",
		remedy: "mend the seed at the path that is named",
	},
	E_ENV_MISSING: {
		means: 'a template asks for a variable of the agent (`{{env "X"}}`) that is not set',
		remedy: 'set it, or write `{{default (env "X") "…"}}`',
	},
	E_FIELD_MISSING: {
		means: "the secret has no field of that name; the names that it has are listed",
		remedy: "correct the name, add the field, or make it optional with `default` or `has`",
	},
	E_FILE_EXISTS: { means: "`agent init` would write over a file", remedy: "another folder, or `--stdout`" },
	E_FORMAT_MALFORMED: {
		means: "the template's own text is not of the destination's format",
		remedy: "mend the template, or set `format`",
	},
	E_INIT: { means: "`agent init` cannot write here", remedy: "a folder that this user may write in" },
	E_IMPORT: {
		means: "`agent import` cannot write where it was told to",
		remedy: "name a folder that it may write in with `--out`",
	},
	E_IMPORT_DIFFERS: {
		means: "`agent import --check`: a file or variable does not come out as before",
		remedy: "mend the imported template, or keep the one in Go's language",
	},
	E_INTERNAL: { means: "a fault of the agent itself", remedy: "report it with the lines that it printed" },
	E_FRONT_LISTEN: {
		means: "in rolling, the public address cannot be listened on: taken, or not this machine's",
		remedy: "end what is there, or set another `exec.listen`",
	},
	E_LISTEN: {
		means: "the listener's address cannot be listened on: taken, or not this machine's",
		remedy: "end what is there, or set another `listener.address`",
	},
	E_LOGIN_EMPTY: {
		means: "Vault answered the login without a token",
		remedy: "check that the mount is an auth method and asks for no second factor",
	},
	E_LOGIN_REFUSED: {
		means: "Vault refused the login; what was shown to it is printed, the proof is not",
		remedy: "correct role, credential or binding, as the message says",
	},
	E_NOT_NOTIFIED: {
		means: "a signal, command, call or restart of `on_change` failed",
		remedy: `mend what \`on_change\` names; ${AGAIN}`,
	},
	E_NOT_VAULT: {
		means: "something answers at the address that is not Vault",
		remedy: "check the address, and what stands before it",
	},
	E_ONE_TIME_CREDENTIAL: {
		means: "`validate --online` or `render --diff` would use up a credential that works once",
		remedy: "look with another login, such as a token",
	},
	E_PATH_UNKNOWN: {
		means: "Vault knows nothing at that path",
		remedy: "check the mount at its beginning, and the namespace",
	},
	E_PERMISSION_DENIED: {
		means: "the token's policies do not allow the path",
		remedy: "add the policy that the message prints",
	},
	E_RELOAD: {
		means: "the new config asks for what a running agent cannot change",
		remedy: "restart the agent to have it so",
		exit: "none: logged",
	},
	E_REQUEST_INVALID: {
		means: "a token or a namespace that no HTTP header can carry, or a path that is none",
		remedy: "look for a line break in it; for empty, `.` and `..` parts of the path",
	},
	E_SECRET_DELETED: {
		means: "the secret, or the version asked for, was deleted or destroyed",
		remedy: "write or undelete it, or handle it with `{{else}}`",
	},
	E_SECRET_MISSING: { means: "nothing is at that path", remedy: "check the path, and write the secret" },
	E_SINK: {
		means: "the token cannot be put into a sink",
		remedy: "mend the folder; a sidecar tries again by itself",
		exit: "6",
	},
	E_TEMPLATE_FILE: { means: "a template file cannot be read", remedy: "check path and permissions" },
	E_TEMPLATE_HELPER: {
		means: "a helper does not exist, or was called wrongly",
		remedy: "see [templates.md](templates.md#helpers)",
	},
	E_TEMPLATE_LOOP: {
		means: "a template goes on asking for other secrets",
		remedy: "look for secrets that name each other without end",
	},
	E_TEMPLATE_PORT: {
		means: "a template asks for the child's private port where there is none, or where it cannot be told",
		remedy: "see [templates.md](templates.md#the-private-port)",
	},
	E_TEMPLATE_SYNTAX: { means: "a template cannot be parsed", remedy: "mend the line that is named" },
	E_TEMPLATE_VALUE: {
		means: "a value is of another kind than its place can take",
		remedy: "see the line that is named",
	},
	E_TIMEOUT: {
		means: "an init container's time was over; the last error is named",
		remedy: "mend that, or allow more with `--timeout`",
		exit: "5",
	},
	E_TLS_FILES: {
		means: "a certificate, key or CA file cannot be read or used",
		remedy: "name the right PEM file",
	},
	E_TOKEN_UNPROVEN: {
		means: "Vault refuses the token that it has just given; a replica may not know it yet",
		remedy: `nothing; ${AGAIN}, for ten seconds`,
	},
	E_USAGE: { means: "the command line cannot be used", remedy: "`agent COMMAND --help`" },
	E_VALUE_EMPTY: {
		means: "a field is there and empty",
		remedy: "write the value, or allow it with `default` or `allow_empty`",
	},
	E_VALUE_UNPLACEABLE: {
		means: "a value has no spelling where the template puts it",
		remedy: "another place or format: see [templates.md](templates.md)",
	},
	E_VAULT_BUSY: { means: "Vault cannot serve now: 429, 5xx, standby", remedy: `nothing; ${AGAIN}` },
	E_VAULT_REFUSED: {
		means: "Vault refused the request for another reason, which is printed",
		remedy: "see the reason",
	},
	E_VAULT_SEALED: { means: "Vault is sealed", remedy: `unseal it; ${AGAIN}` },
	E_VAULT_TLS: {
		means: "the TLS connection was refused, by us or by Vault",
		remedy: "set `vault.ca_cert`, or mend the certificate that is named",
	},
	E_VAULT_UNREACHABLE: { means: "Vault is away", remedy: `address, network, server; ${AGAIN}` },
	E_VERSION_MISSING: {
		means: "`version=-1`, and there is no version before the current one",
		remedy: "handle it with `{{else}}`",
	},
	E_VERSION_UNKNOWN: {
		means: "`version=-1` on an engine that keeps no versions",
		remedy: "leave it out; only KV v2 keeps them",
	},
	E_WRAPPING_PATH: {
		means: "the wrapping token was not made where the config says; it was not opened",
		remedy: "find out who put it there",
	},
	E_WRAPPING_TOKEN: {
		means: "the wrapping token was used before, has expired, or holds no secret id",
		remedy: "take the secret id for stolen, and put a new wrapping token there",
	},
};
