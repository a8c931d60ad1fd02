import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled, flag } from "../stanzas/values.ts";

/**
 * Where the token comes from, as consul-template looks for it: the file of a Vault Agent, the token of the config, that of
 * `VAULT_TOKEN`, a login of Kubernetes, the file in the home.
 *
 * @param place of what follows from nothing being said
 */
export function login(stanza: Stanza | undefined, place: string, mapping: Mapping): void {
	const { draft } = mapping;
	const isUnwrapped = unwrapping(stanza, mapping);
	const kubernetes = kubernetesOf(stanza, mapping);
	const token =
		tokenOf(stanza, mapping) ?? (kubernetes === undefined ? tokenInHome(place, mapping) : undefined);
	if (token === undefined) return kubernetes?.();
	draft.set(["auto_auth", "method"], "token", token.given.place);
	if (token.key === undefined) draft.set(["auto_auth", "config"], {}, token.given.place);
	else draft.put(["auto_auth", "config", token.key], token.given);
	if (isUnwrapped?.value === true && !token.isOfAgent)
		draft.put(["auto_auth", "config", "unwrap_token"], isUnwrapped);
}

interface TokenSource {
	/** Of `auto_auth.config`; the variable speaks for itself. */
	readonly key?: "token" | "token_file_path";
	readonly given: Given<string>;
	/** A Vault Agent keeps the file. */
	readonly isOfAgent?: true;
}

const TOKEN_VARIABLE = "VAULT_TOKEN";

function tokenOf(stanza: Stanza | undefined, { env }: Mapping): TokenSource | undefined {
	const file = filled(stanza?.text("vault_agent_token_file"));
	const token = filled(stanza?.text("token"));
	if (file !== undefined) return { key: "token_file_path", given: file, isOfAgent: true };
	if (token !== undefined) return { key: "token", given: token };
	if (!env[TOKEN_VARIABLE]) return undefined;
	return { given: { value: "", place: TOKEN_VARIABLE, name: TOKEN_VARIABLE } };
}

function tokenInHome(place: string, { env }: Mapping): TokenSource | undefined {
	const { HOME: home } = env;
	return home
		? { key: "token_file_path", given: { value: `${home}/.vault-token`, place, name: "HOME" } }
		: undefined;
}

function unwrapping(stanza: Stanza | undefined, mapping: Mapping): Given<boolean> | undefined {
	const isRenewed = stanza && flag(stanza, "renew_token", mapping);
	if (isRenewed?.value === false)
		mapping.findings.warn(
			isRenewed.place,
			`${isRenewed.name}: a token that can be renewed is renewed all the same`,
		);
	const name = "VAULT_UNWRAP_TOKEN";
	const isSaid = /^(1|t|true)$/i.test(mapping.env[name] ?? "");
	return (
		(stanza && flag(stanza, "unwrap_token", mapping)) ??
		(isSaid ? { value: true, place: name, name } : undefined)
	);
}

/** The keys of Kubernetes, each also a variable; what writes them, where a role is named. */
function kubernetesOf(stanza: Stanza | undefined, mapping: Mapping): (() => void) | undefined {
	const { draft, findings, env } = mapping;
	const either = (key: string) => {
		const name = `VAULT_${key.toUpperCase()}`;
		const value = env[name];
		return filled(stanza?.text(key)) ?? (value ? { value, place: name, name } : undefined);
	};
	const role = either("k8s_auth_role_name");
	const token = either("k8s_service_account_token");
	const path = either("k8s_service_account_token_path");
	const mount = either("k8s_service_mount_path");
	if (role === undefined) return undefined;
	return () => {
		draft.set(["auto_auth", "method"], "kubernetes", role.place);
		draft.put(["auto_auth", "config", "role"], role);
		draft.put(["auto_auth", "config", "token_path"], path);
		draft.put(
			["auto_auth", "mount_path"],
			mount && { ...mount, value: `auth/${mount.value.replaceAll(/^\/+|\/+$/g, "")}` },
		);
		if (token === undefined) return;
		findings.miss(
			token.place,
			`${token.name}: the service account's token is read from a file; name it with k8s_service_account_token_path`,
		);
	};
}
