import { type GoFlag, type GoFlags, toggle, valued } from "./go-flag.ts";
import { userOf } from "./template-values.ts";

const number = (text: string): GoFlag => ({ kind: "number", value: "count", text });

const duration = (text: string): GoFlag => ({ kind: "duration", text });

/** Flags of consul-template and of envconsul that are about one server, by the stanza of their configs. */
function clientFlags(stanza: "vault" | "consul", keys: Readonly<Record<string, GoFlag>>): GoFlags {
	const entries = Object.entries(keys).map(([key, one]): [string, GoFlag] => {
		const name = `${stanza}-${key.replaceAll(/[._]/g, "-")}`;
		return [name, { ...one, key: [stanza, ...key.split(".")] }];
	});
	return Object.fromEntries(entries);
}

const RETRY = {
	"retry.attempts": number("how often a request is tried again"),
	"retry.backoff": duration("first pause before it is"),
	"retry.max_backoff": duration("longest such pause"),
};

const SSL = {
	"ssl.ca_cert": valued("file", "CA that the server's certificate is checked against"),
	"ssl.ca_path": valued("folder", "folder of such CAs"),
	"ssl.cert": valued("file", "certificate that is shown to the server"),
	"ssl.key": valued("file", "its key"),
	"ssl.server_name": valued("name", "name that the server's certificate has to hold"),
	"ssl.verify": toggle("check the server's certificate"),
};

const TRANSPORT = {
	"transport.dial_keep_alive": duration("how often an idle connection is tried"),
	"transport.dial_timeout": duration("longest wait for a connection"),
	"transport.disable_keep_alives": toggle("a connection for each request"),
	"transport.max_idle_conns_per_host": number("idle connections that are kept"),
	"transport.tls_handshake_timeout": duration("longest TLS handshake"),
};

/** Names that do not follow from their keys. */
function renamed(flags: GoFlags, names: Readonly<Record<string, string>>): GoFlags {
	return Object.fromEntries(Object.entries(flags).map(([name, one]) => [names[name] ?? name, one]));
}

const VAULT = clientFlags("vault", {
	address: valued("url", "Vault's address (VAULT_ADDR)"),
	namespace: valued("namespace", "Vault's namespace (VAULT_NAMESPACE)"),
	token: valued("token", "Vault's token; VAULT_TOKEN, which nobody else sees, is better"),
	vault_agent_token_file: valued("file", "file that holds the token"),
	unwrap_token: toggle("the token is a wrapping one"),
	renew_token: toggle("renew the token"),
	default_lease_duration: duration("how often secrets without a lease are read"),
	client_user_agent: { kind: "text" },
	k8s_auth_role_name: valued("role", "log in by the service account, as this role"),
	k8s_service_account_token_path: valued("file", "the service account's token"),
	k8s_service_account_token: valued("token", "the same, in place"),
	k8s_service_mount_path: valued("path", "where that login is mounted"),
	...RETRY,
	...SSL,
	...TRANSPORT,
	"transport.max_conns_per_host": number("connections at a time"),
});

export const VAULT_FLAGS: GoFlags = {
	...renamed(VAULT, {
		"vault-address": "vault-addr",
		"vault-vault-agent-token-file": "vault-agent-token-file",
	}),
	"vault-retry": toggle("try failed requests again", { key: ["vault", "retry", "enabled"] }),
	"vault-ssl": toggle("speak TLS", { key: ["vault", "ssl", "enabled"] }),
};

const CONSUL = clientFlags("consul", {
	address: { kind: "text" },
	auth: { kind: "text", as: userOf },
	token: { kind: "text" },
	token_file: { kind: "text" },
	...hidden(RETRY),
	...hidden(SSL),
	...hidden(TRANSPORT),
});

/** Consul is not asked; what its functions and stanzas need is refused where they stand. */
export const CONSUL_FLAGS: GoFlags = {
	...renamed(CONSUL, { "consul-address": "consul-addr" }),
	"consul-retry": { kind: "switch", key: ["consul", "retry", "enabled"] },
	"consul-ssl": { kind: "switch", key: ["consul", "ssl", "enabled"] },
};

/** The same, taken and not shown. */
function hidden(flags: GoFlags): GoFlags {
	const entries = Object.entries(flags).map(([name, { kind, value }]): [string, GoFlag] => [
		name,
		{ kind, ...(value !== undefined && { value }) },
	]);
	return Object.fromEntries(entries);
}
