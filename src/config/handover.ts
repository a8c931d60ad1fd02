import type { HandoverConfig, TemplateConfig } from "./config.ts";
import type { Context } from "./context.ts";
import type { AuthConfig } from "./login-config.ts";
import type { FileConfig } from "./schema/file.ts";

/** What else the config writes, and who logs in. */
interface Surroundings {
	readonly auth: AuthConfig | undefined;
	readonly templates: readonly TemplateConfig[];
}

/** What one agent hands to the next, where that is asked for. */
export function handover(
	{ handover: file }: FileConfig,
	{ auth, templates }: Surroundings,
	context: Context,
): HandoverConfig | undefined {
	if (file === undefined) return undefined;
	const path = context.resolve(file.path);
	const report = (key: string, message: string) =>
		context.problems.push({ place: context.places.of(["handover", key]), message: `handover${message}` });
	const others = [...templates.map(({ destination }) => destination), ...(auth?.sinks ?? []).map(pathOf)];
	if (others.includes(path)) report("path", ".path: a template or a sink writes this file");
	const fault = file.key_file === undefined && auth !== undefined ? keyFault(auth) : undefined;
	if (fault !== undefined) report("path", ` needs key_file: ${fault}`);
	return { path, ...(file.key_file !== undefined && { keyFile: context.resolve(file.key_file) }) };
}

function pathOf({ path }: { readonly path: string }): string {
	return path;
}

/** Why the next agent could not make the same key of what this login shows. */
function keyFault(auth: AuthConfig): string | undefined {
	switch (auth.method) {
		case "approle":
			if (auth.secretId === undefined) return "a role id alone is no secret to make a key of";
			if (auth.wrappingPath !== undefined) return "a wrapped secret id can be opened once";
			return auth.removeSecretIdFile && auth.secretId.kind === "file"
				? "the secret id's file is removed after reading (remove_secret_id_file_after_reading)"
				: undefined;
		case "jwt":
			return auth.removeJwtFile
				? "the JWT's file is removed after reading (remove_jwt_after_reading)"
				: undefined;
		case "cert":
		case "kubernetes":
		case "token":
			return undefined;
		default:
			return auth satisfies never;
	}
}
