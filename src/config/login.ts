import { Secret } from "../kernel/mod.ts";
import type { AuthConfig, Credential } from "./config.ts";
import { type Context, milliseconds } from "./context.ts";
import type { EnvCredentials } from "./environment.ts";
import { trimSlashes } from "./reference.ts";
import { checkAgainst } from "./schema/fields.ts";
import type { FileConfig } from "./schema/file.ts";
import { autoAuth } from "./schema/login.ts";

type AutoAuth = NonNullable<FileConfig["auto_auth"]>;

/** The login of the file, its gaps filled from variables; without one in the file, that of the variables. */
export function login(
	file: AutoAuth | undefined,
	env: EnvCredentials,
	context: Context,
): AuthConfig | undefined {
	if (file !== undefined)
		return file.method === "approle" ? approle(file, env, context) : token(file, env, context);
	const method = env.roleId ? "approle" : env.token ? "token" : undefined;
	if (method === undefined) return undefined;
	const defaults = checkAgainst(autoAuth, { method, config: { remove_secret_id_file_after_reading: false } });
	return "output" in defaults ? login(defaults.output, env, context) : undefined;
}

function approle(file: AutoAuth, env: EnvCredentials, context: Context): AuthConfig | undefined {
	refuseKeys(file, ["token_file_path"], context);
	const roleId = credential(file, "role_id", context) ?? env.roleId;
	const secretId = credential(file, "secret_id", context) ?? env.secretId;
	if (roleId === undefined) return undefined;
	const mount = trimSlashes(file.mount_path ?? "approle");
	return {
		method: "approle",
		mountPath: mount.startsWith("auth/") ? mount : `auth/${mount}`,
		roleId,
		...(secretId && { secretId }),
		removeSecretIdFile: file.config.remove_secret_id_file_after_reading,
		...pace(file, context),
	};
}

function token(file: AutoAuth, env: EnvCredentials, context: Context): AuthConfig | undefined {
	refuseKeys(file, ["role_id", "role_id_file_path", "secret_id", "secret_id_file_path"], context);
	const path = file.config.token_file_path;
	const given: Credential | undefined =
		path === undefined ? env.token : { kind: "file", path: context.resolve(path) };
	return given && { method: "token", token: given, ...pace(file, context) };
}

/** Says what a login in the file lacks; apart from {@link login}, for what needs no server needs no credentials. */
export function missingCredential(method: AutoAuth["method"]): string {
	return method === "approle"
		? "auto_auth.config lacks role_id_file_path or role_id, and VAULT_ROLE_ID is not set"
		: "auto_auth.config lacks token_file_path, and VAULT_TOKEN is not set";
}

function credential(file: AutoAuth, key: "role_id" | "secret_id", context: Context): Credential | undefined {
	const value = file.config[key];
	const path = file.config[`${key}_file_path`];
	if (value !== undefined && path !== undefined) {
		const message = `auto_auth.config holds ${key} and ${key}_file_path; keep one of them`;
		context.problems.push({ place: context.places.of(["auto_auth", "config", key], "key"), message });
	}
	if (path !== undefined) return { kind: "file", path: context.resolve(path) };
	return value === undefined ? undefined : { kind: "value", value: new Secret(value) };
}

function refuseKeys(file: AutoAuth, keys: readonly (keyof AutoAuth["config"])[], context: Context): void {
	for (const key of keys.filter((name) => file.config[name] !== undefined)) {
		const message = `auto_auth.config.${key} does not belong to method ${file.method}`;
		context.problems.push({ place: context.places.of(["auto_auth", "config", key], "key"), message });
	}
}

function pace(file: AutoAuth, context: Context) {
	const minBackoffMs = milliseconds(file.min_backoff);
	const maxBackoffMs = milliseconds(file.max_backoff);
	if (minBackoffMs > maxBackoffMs) {
		const message = "auto_auth.min_backoff: expected no more than max_backoff";
		context.problems.push({ place: context.places.of(["auto_auth", "min_backoff"]), message });
	}
	return { ...(file.namespace !== undefined && { namespace: file.namespace }), minBackoffMs, maxBackoffMs };
}
