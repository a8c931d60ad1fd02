import { DEFAULT_ADDRESS, DEFAULT_TRIES } from "../defaults.ts";
import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled, word } from "../stanzas/values.ts";

/** What the rest has to know of the `vault` stanza. */
export interface Server {
	/** How often a template's failed request is made again. */
	readonly retries: number;
	readonly hasNamespace: boolean;
}

const PATHS = ["ca_cert", "ca_path", "client_cert", "client_key", "tls_server_name"] as const;

/** `vault { … }`. */
export function server(top: Stanza, mapping: Mapping): Server {
	const { draft, findings } = mapping;
	const stanza = top.block("vault");
	draft.set(["vault", "address"], DEFAULT_ADDRESS, top.place);
	if (stanza === undefined) return { retries: DEFAULT_TRIES.attempts, hasNamespace: false };
	const address = word(stanza, "address", mapping);
	if (address?.value.startsWith("unix:") === true)
		findings.miss(address.place, "vault.address: a server is not asked over a Unix socket");
	else draft.put(["vault", "address"], address);
	for (const key of PATHS) draft.put(["vault", key], word(stanza, key, mapping));
	draft.put(["vault", "tls_skip_verify"], stanza.bool("tls_skip_verify"));
	const retry = stanza.block("retry");
	const given = retry?.integer("num_retries")?.value ?? 0;
	const namespace = namespaceOf(stanza, mapping); // HashiCorp's has it, OpenBao's does not
	draft.put(["vault", "namespace"], namespace);
	retry?.done();
	stanza.done();
	return {
		retries: given === 0 ? DEFAULT_TRIES.attempts : Math.max(0, given),
		hasNamespace: namespace !== undefined,
	};
}

/** Without the slashes around it; the root namespace is none. */
export function namespaceOf(stanza: Stanza, mapping: Mapping): Given<string> | undefined {
	const given = word(stanza, "namespace", mapping);
	const value = given?.value.replaceAll(/^\/+|\/+$/g, "");
	return given && filled({ ...given, value: value === "root" || value === undefined ? "" : value });
}
