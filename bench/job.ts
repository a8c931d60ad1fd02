import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "./server.ts";

/** What a contender is asked to do. */
export interface Job {
	readonly server: Server;
	/** Its own; made anew. */
	readonly folder: string;
	/** One file each. */
	readonly templates: readonly TemplateJob[];
	/** End as soon as everything stands. */
	readonly once: boolean;
	readonly intervalSeconds?: number;
	/** A child that has the `api_key` of this path in its environment, instead of templates. */
	readonly child?: { readonly path: string; readonly command: readonly string[] };
}

export interface TemplateJob {
	readonly path: string;
	readonly source: string;
	readonly destination: string;
}

/** Fields of every secret. */
export const FIELDS = ["api_key", "api_base", "organization", "proxy_key", "salt", "database_url"] as const;

/** Values of realistic length; `mark` tells versions apart. */
export function secretData(mark: string): Record<string, string> {
	return Object.fromEntries(FIELDS.map((field) => [field, `sk-${field}-${mark}-0123456789abcdefghij`]));
}

/** A dotenv file of 20 lines as a gateway reads it, in the words of either template language. */
function templateText(open: string, value: (field: string) => string, close: string): string {
	const constants = Array.from({ length: 11 }, (_, index) => `SETTING_${index}=on`);
	const secrets = FIELDS.map((field) => `${field.toUpperCase()}=${value(field)}`);
	return ["# Settings of the gateway", ...constants, open, ...secrets, close, ""].join("\n");
}

export function handlebarsText(path: string): string {
	return templateText(`{{#secret "${path}"}}`, (field) => `{{${field}}}`, "{{/secret}}");
}

export function goText(path: string): string {
	return templateText(`{{ with secret "${path}" }}`, (field) => `{{ .Data.data.${field} }}`, "{{ end }}");
}

/** Lays out templates, one file per path and `each`, and the login's two files. */
export function layOut(folder: string, paths: readonly string[], each = 1): readonly TemplateJob[] {
	rmSync(folder, { recursive: true, force: true });
	for (const name of ["", "out"]) mkdirSync(join(folder, name), { recursive: true });
	return paths.flatMap((path) =>
		Array.from({ length: each }, (_, copy) => {
			const name = `${path.split("/").at(-1)}-${copy}`;
			return {
				path,
				source: join(folder, `${name}.tpl`),
				destination: join(folder, "out", `${name}.env`),
			};
		}),
	);
}

/** Puts the login where every contender looks for it. */
export function writeLogin({ folder, server }: Job): { roleFile: string; secretFile: string } {
	const files = { roleFile: join(folder, "role-id"), secretFile: join(folder, "secret-id") };
	writeFileSync(files.roleFile, server.roleId);
	writeFileSync(files.secretFile, server.secretId);
	return files;
}

/** Takes away what an earlier run has rendered. */
export function clearOutput(folder: string): void {
	rmSync(join(folder, "out"), { recursive: true, force: true });
	mkdirSync(join(folder, "out"));
}
