import type { AuthConfig, Config, Credential } from "./config.ts";

/**
 * What the operator wrote in the open: addresses, paths, names. The redactor leaves these words alone.
 * Not among them: words of a command and addresses to call, which may hold a secret.
 */
export function publicTexts(config: Config): string[] {
	const { vault, templates, env, exec } = config;
	const texts = [
		...vault.addresses,
		vault.namespace,
		...Object.values(vault.tls),
		...authTexts(config.auth),
		...templates.flatMap(({ source, destination }) => [source, destination]),
		...env.flatMap(({ name, value }) =>
			value.kind === "template" ? [name, value.secret] : [name, value.reference.path, value.reference.field],
		),
		exec?.command[0],
	];
	return [...new Set(texts.filter((text) => typeof text === "string"))];
}

function authTexts(auth: AuthConfig | undefined): (string | undefined)[] {
	if (auth === undefined) return [];
	if (auth.method === "token") return [auth.namespace, filePath(auth.token)];
	return [auth.namespace, auth.mountPath, filePath(auth.roleId), filePath(auth.secretId)];
}

function filePath(credential: Credential | undefined): string | undefined {
	return credential?.kind === "file" ? credential.path : undefined;
}
