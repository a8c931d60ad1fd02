import { type GoFlag, type GoFlags, toggle, valued } from "./go-flag.ts";

const tells = (why: string, advice: string): Partial<GoFlag> => ({ refused: { why, advice } });

const NOT_SENT = "keyturn sends no such header";

/** Flags that every command of Vault that asks a server has; the keys are those of a native config. */
export const SERVER_FLAGS: GoFlags = {
	address: valued("url", "Vault's address (VAULT_ADDR)", { key: ["vault", "address"] }),
	namespace: valued("namespace", "Vault's namespace (VAULT_NAMESPACE)", { key: ["vault", "namespace"] }),
	ns: { kind: "text", key: ["vault", "namespace"] },
	"ca-cert": valued("file", "CA that Vault's certificate is checked against (VAULT_CACERT)", {
		key: ["vault", "ca_cert"],
	}),
	"ca-path": valued("folder", "folder of such CAs (VAULT_CAPATH)", { key: ["vault", "ca_path"] }),
	"client-cert": valued("file", "certificate that is shown to Vault (VAULT_CLIENT_CERT)", {
		key: ["vault", "client_cert"],
	}),
	"client-key": valued("file", "its key (VAULT_CLIENT_KEY)", { key: ["vault", "client_key"] }),
	"tls-server-name": valued("name", "name that Vault's certificate has to hold (VAULT_TLS_SERVER_NAME)", {
		key: ["vault", "tls_server_name"],
	}),
	"tls-skip-verify": toggle("check no certificate of Vault's (VAULT_SKIP_VERIFY)", {
		key: ["vault", "tls_skip_verify"],
	}),
	"agent-address": {
		kind: "text",
		...tells("keyturn asks Vault itself, not another agent", "give -address"),
	},
	header: { kind: "text", ...tells(NOT_SENT, "leave it out") },
	mfa: { kind: "text", ...tells("keyturn cannot answer for a second factor", "log in by another role") },
	"unlock-key": { kind: "text", ...tells("keyturn unlocks no namespace", "leave it out") },
	"wrap-ttl": {
		kind: "text",
		...tells("it would wrap every answer", "set wrap_ttl in the sink or in auto_auth.method"),
	},
	"output-curl-string": { kind: "switch", ...tells("keyturn prints no requests", "leave it out") },
	"output-policy": {
		kind: "switch",
		...tells("policies are printed elsewhere", "agent validate prints the least policy"),
	},
	// Without meaning for a program that asks nobody anything, follows no redirect and leaves policies alone.
	"disable-redirects": { kind: "switch" },
	"non-interactive": { kind: "switch" },
	"policy-override": { kind: "switch" },
};
