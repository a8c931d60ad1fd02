import { DEFAULT_ADDRESS, DEFAULT_INTERVAL } from "../defaults.ts";
import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled, flag } from "../stanzas/values.ts";
import { login } from "./login.ts";
import { retries } from "./retry.ts";

/**
 * `vault { … }` of consul-template and envconsul, with the login that follows from it.
 *
 * @param isOnce rendered once, and then the end
 * @returns what the child is told of the server, `NAME=value` each
 */
export function vault(top: Stanza, isOnce: boolean, mapping: Mapping): readonly string[] {
	const { draft, findings, env } = mapping;
	const stanza = top.merged("vault");
	const { VAULT_ADDR: named } = env;
	if (!named) draft.set(["vault", "address"], DEFAULT_ADDRESS, top.place);
	login(stanza, top.place, mapping);
	const interval = stanza?.duration("default_lease_duration", "nanoseconds");
	draft.set(["poll_interval"], interval?.value ?? DEFAULT_INTERVAL, interval?.place ?? top.place);
	retries(stanza?.merged("retry"), { place: top.place, isOnce }, mapping);
	if (stanza === undefined) return [];

	const address = filled(stanza.text("address"));
	draft.put(["vault", "address"], address);
	draft.put(["vault", "namespace"], namespaceOf(stanza));
	const variables = tls(stanza.merged("ssl"), mapping);
	const isEnabled = flag(stanza, "enabled", mapping);
	if (isEnabled?.value === false)
		findings.warn(
			isEnabled.place,
			`${isEnabled.name}: Vault is asked wherever a secret is named, enabled or not`,
		);
	stanza.number("lease_renewal_threshold");
	stanza.ignore("transport", "client_user_agent");
	stanza.done("refuse");
	return [...assigned("VAULT_ADDR", address), ...variables];
}

function assigned(name: string, given: Given<string> | undefined): readonly string[] {
	return given === undefined ? [] : [`${name}=${given.value}`];
}

function namespaceOf(stanza: Stanza): Given<string> | undefined {
	const given = stanza.text("namespace");
	return given && filled({ ...given, value: given.value.replaceAll(/^\/+|\/+$/g, "") });
}

/** Native keys and the variable of each. */
const FILES = [
	["client_cert", "cert", "VAULT_CLIENT_CERT"],
	["client_key", "key", "VAULT_CLIENT_KEY"],
	["ca_cert", "ca_cert", "VAULT_CACERT"],
	["ca_path", "ca_path", "VAULT_CAPATH"],
	["tls_server_name", "server_name", "VAULT_TLS_SERVER_NAME"],
] as const;

function tls(stanza: Stanza | undefined, mapping: Mapping): readonly string[] {
	if (stanza === undefined) return [];
	const { draft, findings } = mapping;
	const variables: string[] = [];
	for (const [native, key, variable] of FILES) {
		const given = filled(stanza.text(key));
		// One file may hold both.
		if (key === "cert" && !stanza.has("key")) draft.put(["vault", "client_key"], given);
		draft.put(["vault", native], given);
		variables.push(...assigned(variable, given));
	}
	const verify = flag(stanza, "verify", mapping);
	draft.put(["vault", "tls_skip_verify"], verify && { ...verify, value: !verify.value });
	if (verify?.value === false) variables.push("VAULT_SKIP_VERIFY=true");
	const bytes = filled(stanza.text("ca_cert_bytes"));
	if (bytes !== undefined)
		findings.miss(bytes.place, `${bytes.name}: authorities are read from a file; write ca_cert`);
	stanza.ignore("enabled"); // the address says so
	stanza.done("refuse");
	return variables;
}
