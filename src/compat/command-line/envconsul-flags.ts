import { CONSUL_FLAGS, VAULT_FLAGS } from "./client-flags.ts";
import { type FlagSaid, lastOf, saidByFlags } from "./flag-settings.ts";
import { type GivenFlags, type GoFlag, type GoFlags, toggle, valued } from "./go-flag.ts";
import { SUPERVISOR_FLAGS } from "./supervisor-flags.ts";

const OF_CONSUL: Partial<GoFlag> = {
	refused: { why: "keyturn asks Vault alone, not Consul", advice: "read it from Vault with -secret" },
};

const pathOf = (path: string) => (path === "" ? undefined : { path });

/** Flags of envconsul; the keys are those of its config. */
export const ENVCONSUL_FLAGS: GoFlags = {
	secret: valued("path", "secret whose fields become variables; may be given several times", {
		key: ["secret"],
		isRepeatable: true,
		as: pathOf,
	}),
	"no-prefix": toggle("name variables without the path of their secret"),
	sanitize: toggle("write _ for what a name cannot hold", { key: ["sanitize"] }),
	upcase: toggle("write names in upper case", { key: ["upcase"] }),
	pristine: toggle("the child gets nothing of this program's environment", { key: ["pristine"] }),
	...SUPERVISOR_FLAGS,
	prefix: { kind: "text", ...OF_CONSUL },
	"service-query": { kind: "text", ...OF_CONSUL },
	"service-format-id": { kind: "text", ...OF_CONSUL },
	"service-format-name": { kind: "text", ...OF_CONSUL },
	"service-format-address": { kind: "text", ...OF_CONSUL },
	"service-format-tag": { kind: "text", ...OF_CONSUL },
	"service-format-port": { kind: "text", ...OF_CONSUL },
	...VAULT_FLAGS,
	...CONSUL_FLAGS,
	...oldNames(),
};

/** Names from before there were two servers; they are about both. */
function oldNames(): GoFlags {
	const of = (kind: GoFlag["kind"], ...key: string[]): GoFlag => ({ kind, key });
	return {
		splay: of("duration", "exec", "splay"),
		timeout: of("duration", "exec", "timeout"),
		retry: of("duration", "vault", "retry", "backoff"),
		ssl: of("switch", "vault", "ssl", "enabled"),
		"ssl-verify": of("switch", "vault", "ssl", "verify"),
		"ssl-ca-cert": of("text", "vault", "ssl", "ca_cert"),
		"ssl-cert": of("text", "vault", "ssl", "cert"),
		auth: { kind: "text" },
		consul: { kind: "text" },
		token: { kind: "text" },
	};
}

/** What a command line of envconsul says, as configs of it would say it; a command by `-exec` comes before the words. */
export function envconsulSettings(given: GivenFlags): readonly FlagSaid[] {
	const command = commandOf(given.operands);
	const words = command === undefined ? [] : [{ name: "the command", settings: { exec: { command } } }];
	const isBare = lastOf(given, "no-prefix");
	const flags = saidByFlags(given, ENVCONSUL_FLAGS).map(({ name, settings }) => {
		const { secret, ...others } = settings as { readonly secret?: readonly object[] };
		if (secret === undefined || isBare === undefined) return { name, settings };
		return { name, settings: { ...others, secret: secret.map((one) => ({ ...one, no_prefix: isBare })) } };
	});
	return [...words, ...flags];
}

/** Words that a shell would take as they are. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * The child from the words after the flags. Where several words mean something to a shell it is a command line, as
 * envconsul has it, but no word falls apart.
 */
function commandOf(words: readonly string[]): string | readonly string[] | undefined {
	const [first, ...others] = words;
	if (first === undefined || others.length === 0) return first;
	if (words.every((word) => PLAIN.test(word))) return words;
	return words.map((word) => (/["'\s]|^$/.test(word) ? quoted(word) : word)).join(" ");
}

function quoted(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}
