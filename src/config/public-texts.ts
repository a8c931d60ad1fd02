import type { Config, EnvConfig } from "./config.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { AuthConfig, Credential } from "./login-config.ts";

/**
 * What the operator wrote in the open: addresses, paths, names. The redactor leaves these words alone.
 * Not among them: words of a command and addresses to call, which may hold a secret.
 */
export function publicTexts(config: Config): string[] {
	const { vault, templates, env, exec, listener, handover, log, pidFile } = config;
	const texts = [
		...vault.addresses,
		vault.namespace,
		...Object.values(vault.tls),
		...authTexts(config.auth),
		...templates.flatMap(({ source, destination }) => [source, destination]),
		...env.flatMap(({ name, value }) => [name, ...variableTexts(value)]),
		exec?.command[0],
		hostOrPath(listener?.address),
		hostOrPath(exec?.rolling?.listen),
		...(listener?.hosts ?? []),
		...Object.values(handover ?? {}),
		log.file?.path,
		pidFile,
	];
	return [...new Set(texts.filter((text) => typeof text === "string"))];
}

function variableTexts(value: EnvConfig["value"]): (string | undefined)[] {
	switch (value.kind) {
		case "reference":
			return [value.reference.path, value.reference.field];
		case "template":
			return [value.secret];
		case "text":
			return ["source" in value ? value.source : undefined];
		default:
			return value satisfies never;
	}
}

function hostOrPath(address: ListenAddress | undefined): string | undefined {
	return address?.kind === "unix" ? address.path : address?.host;
}

function authTexts(auth: AuthConfig | undefined): (string | undefined)[] {
	if (auth === undefined) return [];
	const sinks = auth.sinks.flatMap(({ path, encryption }) => [path, encryption?.readerKeyPath]);
	return [auth.namespace, ...sinks, ...methodTexts(auth)];
}

function methodTexts(auth: AuthConfig): (string | undefined)[] {
	switch (auth.method) {
		case "approle":
			return [auth.mountPath, filePath(auth.roleId), filePath(auth.secretId), auth.wrappingPath];
		case "cert":
			return [auth.mountPath, auth.name, ...Object.values(auth.own ?? {})];
		case "jwt":
			return [auth.mountPath, auth.role, auth.path];
		case "kubernetes":
			return [auth.mountPath, auth.role, auth.tokenPath];
		case "token":
			return [filePath(auth.token)];
		default:
			return auth satisfies never;
	}
}

function filePath(credential: Credential | undefined): string | undefined {
	return credential?.kind === "file" ? credential.path : undefined;
}
