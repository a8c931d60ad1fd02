import { nearest } from "../../kernel/mod.ts";
import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { filled, flag, lengthOf, quoted, word } from "../stanzas/values.ts";

/** Writes what one method needs. */
type Write = (config: Config, mapping: Mapping) => void;

interface Config {
	/** The method, for messages. */
	readonly method: Stanza;
	/** `config = { … }`; absent when there is none. */
	readonly keys: Stanza | undefined;
	/** `enable_reauth_on_new_credentials`: a new credential is used at once. */
	readonly isEager: boolean;
}

const METHODS: Readonly<Record<string, { readonly native: string; readonly write: Write }>> = {
	approle: { native: "approle", write: approle },
	cert: { native: "cert", write: cert },
	jwt: { native: "jwt", write: jwt },
	kubernetes: { native: "kubernetes", write: kubernetes },
	token_file: { native: "token", write: tokenFile },
};

/** Those of OpenBao and HashiCorp's Vault that are not built. */
const OTHERS = ["alicloud", "aws", "azure", "cf", "gcp", "kerberos", "ldap", "oci"];

/**
 * Writes the login's method, where it is mounted and its `config`.
 *
 * @returns whether it is one that can be written
 */
export function writeMethodConfig(
	method: Stanza,
	{ isEager }: { readonly isEager: boolean },
	mapping: Mapping,
): boolean {
	const type = word(method, "type", mapping) ?? method.label;
	const keys = method.merged("config");
	const mountPath = word(method, "mount_path", mapping);
	if (type === undefined || type.value === "") {
		method.refuse('has no type; write method "kubernetes", for one');
		return false;
	}
	const name = type.value.toLowerCase();
	const known = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
	if (known === undefined) {
		sayUnknown(type, mapping);
		return false;
	}
	const { draft } = mapping;
	draft.set(["auto_auth", "method"], known.native, type.place);
	if (known.native !== "token") draft.put(["auto_auth", "mount_path"], mountPath);
	known.write({ method, keys, isEager }, mapping);
	keys?.ignore("token_path"); // the injector writes it for every method
	keys?.done();
	return true;
}

function sayUnknown({ value, place }: Given<string>, { findings }: Mapping): void {
	if (OTHERS.includes(value.toLowerCase())) {
		findings.miss(place, `auto_auth.method: logging in by ${value.toLowerCase()} is not built yet`);
		return;
	}
	const meant = nearest(value, [...Object.keys(METHODS), ...OTHERS]);
	const advice =
		meant === undefined ? `known are ${Object.keys(METHODS).join(", ")}` : `did you mean "${meant}"?`;
	findings.refuse(place, `auto_auth.method: there is no method of this type; ${advice}`);
}

const path = (key: string) => ["auto_auth", "config", key];

function required({ method, keys }: Config, key: string, mapping: Mapping): void {
	const given = keys && quoted(keys, key, mapping);
	if (given === undefined && keys?.has(key) !== true) method.refuse(`lacks config.${key}`);
	else if (given?.value === "") mapping.findings.refuse(given.place, `${given.name} is empty`);
	else mapping.draft.put(path(key), given);
}

function optional({ keys }: Config, key: string, mapping: Mapping): Given<string> | undefined {
	const given = keys && filled(quoted(keys, key, mapping));
	mapping.draft.put(path(key), given);
	return given;
}

function approle(config: Config, mapping: Mapping): void {
	const { keys } = config;
	required(config, "role_id_file_path", mapping);
	const secretId = optional(config, "secret_id_file_path", mapping);
	const isRemoved = keys?.bool("remove_secret_id_file_after_reading");
	const wrapping = keys && quoted(keys, "secret_id_response_wrapping_path", mapping);
	if (secretId === undefined) return; // Vault Agent looks at neither of them then
	if (wrapping?.value === "") mapping.findings.refuse(wrapping.place, `${wrapping.name} is empty`);
	mapping.draft.put(path("remove_secret_id_file_after_reading"), isRemoved);
	mapping.draft.put(path("secret_id_response_wrapping_path"), filled(wrapping));
}

function cert(config: Config, mapping: Mapping): void {
	for (const key of ["name", "ca_cert", "client_cert", "client_key"]) optional(config, key, mapping);
	const reload = config.keys && flag(config.keys, "reload", mapping);
	mapping.draft.set(path("reload"), reload?.value ?? false, reload?.place ?? config.method.place);
}

const SHORTEST_PERIOD = { ms: 1000, text: "1s" };

function jwt(config: Config, mapping: Mapping): void {
	const { keys, isEager, method } = config;
	const { draft, findings } = mapping;
	required(config, "path", mapping);
	required(config, "role", mapping);
	const isRemoved = keys?.bool("remove_jwt_after_reading");
	draft.put(path("remove_jwt_after_reading"), isRemoved);
	draft.put(path("remove_jwt_follows_symlinks"), keys?.bool("remove_jwt_follows_symlinks"));
	const period = keys?.duration("jwt_read_period");
	if (period !== undefined && lengthOf(period) < SHORTEST_PERIOD.ms) {
		findings.warn(
			period.place,
			`${period.name}: a new JWT is looked for every ${SHORTEST_PERIOD.text} at most`,
		);
		draft.set(path("jwt_read_period"), SHORTEST_PERIOD.text, period.place);
	} else if (period !== undefined) draft.put(path("jwt_read_period"), period);
	else if (isEager) {
		const often = isRemoved?.value === false ? "1m" : SHORTEST_PERIOD.text;
		draft.set(path("jwt_read_period"), often, method.place);
	}
}

function kubernetes(config: Config, mapping: Mapping): void {
	required(config, "role", mapping);
	optional(config, "token_path", mapping);
}

function tokenFile(config: Config, mapping: Mapping): void {
	required(config, "token_file_path", mapping);
}
