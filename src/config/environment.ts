import { resolve } from "node:path";
import { Secret } from "../kernel/mod.ts";
import type { Credential } from "./login-config.ts";
import type { ExecConfig } from "./exec-config.ts";
import { isInherited } from "./inherited.ts";
import type { Path } from "./place.ts";
import { isHalfReference, isReferenceValue } from "./reference.ts";
import type { Settings } from "./settings.ts";

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Credentials that variables give; the file's own `auto_auth` wins over them. */
export interface EnvCredentials {
	readonly roleId?: Credential;
	readonly secretId?: Credential;
	readonly token?: Credential;
}

/** Variables, without their `VAULT_` or `BAO_`, that say what a key of the file says. */
const VARIABLES: readonly (readonly [name: string, kind: "text" | "path" | "flag", path: Path])[] = [
	["ADDR", "text", ["vault", "address"]],
	["NAMESPACE", "text", ["vault", "namespace"]],
	["CACERT", "path", ["vault", "ca_cert"]],
	["CAPATH", "path", ["vault", "ca_path"]],
	["CLIENT_CERT", "path", ["vault", "client_cert"]],
	["CLIENT_KEY", "path", ["vault", "client_key"]],
	["TLS_SERVER_NAME", "text", ["vault", "tls_server_name"]],
	["SKIP_VERIFY", "flag", ["vault", "tls_skip_verify"]],
	["CLIENT_TIMEOUT", "text", ["vault", "timeout"]],
];

interface VariablesInput {
	readonly env: Environment;
	/** Absolute; paths count from here. */
	readonly cwd: string;
	/** They count only for what nobody has said. */
	readonly isBelow: boolean;
}

/** Puts `VAULT_*` and `BAO_*` over the file's settings, or under them. */
export function applyVariables(settings: Settings, { env, cwd, isBelow }: VariablesInput): void {
	for (const [suffix, kind, path] of VARIABLES) {
		const found = variable(env, suffix);
		if (found === undefined || (isBelow && settings.get(path) !== undefined)) continue;
		const { name, value } = found;
		if (kind === "flag") {
			const isOn = parseFlag(value);
			if (isOn === undefined) settings.report(name, "expected true or false");
			else settings.set(path, isOn, name);
		} else settings.set(path, kind === "path" ? resolve(cwd, value) : value, name);
	}
}

/** Takes over every variable whose value is `vault:path#field`, where there is a child that would have inherited it. */
export function applyReferences(settings: Settings, env: Environment): void {
	if (settings.get(["exec", "command"]) === undefined) return;
	const inherited = settings.get(["exec", "inherit_env"]) ?? true;
	for (const [name, value = ""] of Object.entries(env)) {
		if (isPassed(name, inherited) && isReferenceValue(value))
			settings.set(["env", name], value, `variable ${name}`);
	}
}

/** What to say of variables that reach the child as they are, and look as if they should not. */
export function variableWarnings(env: Environment, inherited: ExecConfig["inheritEnv"]): string[] {
	const names = Object.keys(env).filter((name) => isPassed(name, inherited));
	return names
		.filter((name) => isHalfReference(env[name] ?? ""))
		.map(
			(name) =>
				`variable ${name} begins with vault: and names no field, so it is passed on as it is; write vault:path#field`,
		);
}

/** @param inherited `exec.inherit_env`, which may not have been checked yet */
function isPassed(name: string, inherited: unknown): boolean {
	if (Array.isArray(inherited)) return inherited.includes(name);
	return typeof inherited !== "object" || inherited === null || isInherited(name, inherited);
}

/** The credentials in `VAULT_ROLE_ID`, `VAULT_SECRET_ID`, their `…_FILE` forms and `VAULT_TOKEN`. */
export function readCredentials(env: Environment, cwd: string): EnvCredentials {
	const roleId = credential(env, "ROLE_ID", cwd);
	const secretId = credential(env, "SECRET_ID", cwd);
	const token = credential(env, "TOKEN", cwd);
	return { ...(roleId && { roleId }), ...(secretId && { secretId }), ...(token && { token }) };
}

function credential(env: Environment, suffix: string, cwd: string): Credential | undefined {
	const value = variable(env, suffix)?.value;
	if (value !== undefined) return { kind: "value", value: new Secret(value.trim()) };
	const path = suffix === "TOKEN" ? undefined : variable(env, `${suffix}_FILE`)?.value;
	return path === undefined ? undefined : { kind: "file", path: resolve(cwd, path) };
}

/** As OpenBao reads them: `BAO_X` before `VAULT_X`, and an empty variable is none. */
function variable(env: Environment, suffix: string): { name: string; value: string } | undefined {
	const name = [`BAO_${suffix}`, `VAULT_${suffix}`].find((candidate) => env[candidate]);
	return name === undefined ? undefined : { name, value: env[name] ?? "" };
}

/** The spellings that Vault's own command takes. */
function parseFlag(value: string): boolean | undefined {
	if (/^(1|t|true)$/i.test(value)) return true;
	return /^(0|f|false)$/i.test(value) ? false : undefined;
}
