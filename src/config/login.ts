import { Secret } from "../kernel/mod.ts";
import { certificate } from "./cert-login.ts";
import { type Context, milliseconds } from "./context.ts";
import type { EnvCredentials } from "./environment.ts";
import type { AuthConfig, Credential } from "./login-config.ts";
import { trimSlashes } from "./reference.ts";
import { checkAgainst } from "./schema/fields.ts";
import type { FileConfig } from "./schema/file.ts";
import { autoAuth } from "./schema/login.ts";
import { sinks } from "./sinks.ts";

type AutoAuth = NonNullable<FileConfig["auto_auth"]>;

/** The login of the file, its gaps filled from variables; without one in the file, that of the variables. */
export function login(
	file: AutoAuth | undefined,
	env: EnvCredentials,
	context: Context,
): AuthConfig | undefined {
	if (file !== undefined) {
		refuseKeys(file, context);
		return METHODS[file.method](file, env, context);
	}
	const method = env.roleId ? "approle" : env.token ? "token" : undefined;
	if (method === undefined) return undefined;
	const defaults = checkAgainst(autoAuth, { method, config: { remove_secret_id_file_after_reading: false } });
	return "output" in defaults ? login(defaults.output, env, context) : undefined;
}

/** Where the kubelet puts the token of a pod's service account. */
const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

type Build = (file: AutoAuth, env: EnvCredentials, context: Context) => AuthConfig | undefined;

const METHODS: Readonly<Record<AutoAuth["method"], Build>> = { approle, cert, jwt, kubernetes, token };

/** The keys of `auto_auth.config` that each method knows; those with a default are not told from absent ones. */
const METHOD_KEYS: Readonly<Record<AutoAuth["method"], readonly (keyof AutoAuth["config"])[]>> = {
	approle: [
		"role_id",
		"role_id_file_path",
		"secret_id",
		"secret_id_file_path",
		"secret_id_response_wrapping_path",
	],
	cert: ["name", "client_cert", "client_key", "ca_cert", "reload"],
	jwt: ["role", "path", "remove_jwt_after_reading", "remove_jwt_follows_symlinks", "jwt_read_period"],
	kubernetes: ["role", "token_path"],
	token: ["token", "token_file_path", "unwrap_token"],
};

function approle(file: AutoAuth, env: EnvCredentials, context: Context): AuthConfig | undefined {
	const roleId = credential(file, "role_id", context) ?? env.roleId;
	const secretId = credential(file, "secret_id", context) ?? env.secretId;
	const wrappingPath = file.config.secret_id_response_wrapping_path;
	if (roleId === undefined) return undefined;
	return {
		method: "approle",
		mountPath: mountPath(file),
		roleId,
		...(secretId && { secretId }),
		...(wrappingPath !== undefined && { wrappingPath: belowAuth(wrappingPath) }),
		removeSecretIdFile: file.config.remove_secret_id_file_after_reading,
		...common(file, context),
	};
}

function cert(file: AutoAuth, _: EnvCredentials, context: Context): AuthConfig {
	return {
		method: "cert",
		mountPath: mountPath(file),
		...certificate(file, context),
		...common(file, context),
	};
}

/** Where the method is mounted, by its own name unless told otherwise. */
function mountPath(file: AutoAuth): string {
	return belowAuth(file.mount_path ?? file.method);
}

/** `approle` and `auth/approle/` are the same to a user; Vault says `auth/approle`. */
function belowAuth(path: string): string {
	const trimmed = trimSlashes(path);
	return trimmed.startsWith("auth/") ? trimmed : `auth/${trimmed}`;
}

function kubernetes(file: AutoAuth, _: EnvCredentials, context: Context): AuthConfig | undefined {
	const role = required(file, "role", context);
	if (role === undefined) return undefined;
	const tokenPath = context.resolve(file.config.token_path ?? SERVICE_ACCOUNT_TOKEN);
	return { method: "kubernetes", mountPath: mountPath(file), role, tokenPath, ...common(file, context) };
}

function jwt(file: AutoAuth, _: EnvCredentials, context: Context): AuthConfig | undefined {
	const role = required(file, "role", context);
	const path = required(file, "path", context);
	const period = file.config.jwt_read_period;
	if (role === undefined || path === undefined) return undefined;
	return {
		method: "jwt",
		mountPath: mountPath(file),
		role,
		path: context.resolve(path),
		removeJwtFile: file.config.remove_jwt_after_reading ?? true,
		removeFollowsLinks: file.config.remove_jwt_follows_symlinks ?? false,
		...(period !== undefined && { readPeriodMs: milliseconds(period) }),
		...common(file, context),
	};
}

function required(file: AutoAuth, key: "path" | "role", context: Context): string | undefined {
	const value = file.config[key];
	if (value === undefined) {
		const message = `auto_auth.config lacks ${key}, which method ${file.method} needs`;
		context.problems.push({ place: context.places.of(["auto_auth", "config"]), message });
	}
	return value;
}

function token(file: AutoAuth, env: EnvCredentials, context: Context): AuthConfig | undefined {
	const given = credential(file, "token", context) ?? env.token;
	const isWrapped = file.config.unwrap_token ?? false;
	return given && { method: "token", token: given, isWrapped, ...common(file, context) };
}

/** Says what the login in the file lacks; apart from {@link login}, for what needs no server needs no credentials. */
export function missingCredential(file: FileConfig, env: EnvCredentials): string | undefined {
	if (file.auto_auth === undefined) return undefined;
	const { method, config } = file.auto_auth;
	switch (method) {
		case "approle":
			return missingFromApprole(config, env);
		case "cert":
			if (config.client_cert ?? config.client_key ?? file.vault.client_cert) return undefined;
			return "auto_auth.config lacks client_cert and client_key, and vault has none either (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY)";
		case "jwt":
		case "kubernetes":
			return undefined; // a token file is there or not when the login reads it
		case "token":
			if (config.token ?? config.token_file_path ?? env.token) return undefined;
			return "auto_auth.config lacks token_file_path or token, and VAULT_TOKEN is not set";
		default:
			return method satisfies never;
	}
}

function missingFromApprole(config: AutoAuth["config"], env: EnvCredentials): string | undefined {
	if (!(config.role_id ?? config.role_id_file_path ?? env.roleId))
		return "auto_auth.config lacks role_id_file_path or role_id, and VAULT_ROLE_ID is not set";
	if (!config.secret_id_response_wrapping_path) return undefined;
	if (config.secret_id ?? config.secret_id_file_path ?? env.secretId) return undefined;
	return "auto_auth.config lacks secret_id_file_path with the wrapping token, and VAULT_SECRET_ID_FILE is not set";
}

function credential(file: AutoAuth, key: SecretKey, context: Context): Credential | undefined {
	const value = file.config[key];
	const path = file.config[`${key}_file_path`];
	if (value !== undefined && path !== undefined) {
		const message = `auto_auth.config holds ${key} and ${key}_file_path; keep one of them`;
		context.problems.push({ place: context.places.of(["auto_auth", "config", key], "key"), message });
	}
	if (path !== undefined) return { kind: "file", path: context.resolve(path) };
	return value === undefined ? undefined : { kind: "value", value: new Secret(value) };
}

function refuseKeys(file: AutoAuth, context: Context): void {
	const own = METHOD_KEYS[file.method];
	const foreign = Object.values(METHOD_KEYS)
		.flat()
		.filter((key) => !own.includes(key) && file.config[key] !== undefined);
	for (const key of new Set(foreign)) {
		const message = `auto_auth.config.${key} does not belong to method ${file.method}`;
		context.problems.push({ place: context.places.of(["auto_auth", "config", key], "key"), message });
	}
}

/** Keys of what may stand in the config itself, or in a file that is named instead. */
type SecretKey = "role_id" | "secret_id" | "token";

/** What every login has. */
function common(file: AutoAuth, context: Context) {
	const minBackoffMs = milliseconds(file.min_backoff);
	const maxBackoffMs = milliseconds(file.max_backoff);
	if (minBackoffMs > maxBackoffMs) {
		const message = "auto_auth.min_backoff: expected no more than max_backoff";
		context.problems.push({ place: context.places.of(["auto_auth", "min_backoff"]), message });
	}
	const wrapTtl = file.wrap_ttl;
	return {
		...(file.namespace !== undefined && { namespace: file.namespace }),
		minBackoffMs,
		maxBackoffMs,
		...(wrapTtl !== undefined && { wrapTtlMs: milliseconds(wrapTtl) }),
		endsOnError: file.exit_on_err,
		sinks: sinks(file, context),
		revokeOnShutdown: file.revoke_on_shutdown,
	};
}
