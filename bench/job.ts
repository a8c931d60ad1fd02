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
	/** A unix socket at which to answer how it is; not everybody can. */
	readonly listener?: string;
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

/** A dotenv file of 20 lines (15 of a credential) as a gateway reads it, in the words of either template language. */
function templateText(path: string, [open, close]: Brackets, value: (field: string) => string): string {
	const constants = Array.from({ length: 11 }, (_, index) => `SETTING_${index}=on`);
	const secrets = fieldsOf(path).map((field) => `${field.toUpperCase()}=${value(field)}`);
	return ["# Settings of the gateway", ...constants, open, ...secrets, close, ""].join("\n");
}

/** What stands around the fields of a secret. */
type Brackets = readonly [open: string, close: string];

function fieldsOf(path: string): readonly string[] {
	return isCredential(path) ? ["username", "password"] : FIELDS;
}

function isCredential(path: string): boolean {
	return path.startsWith("database/creds/");
}

export function handlebarsText(path: string): string {
	return templateText(path, [`{{#secret "${path}"}}`, "{{/secret}}"], (field) => `{{${field}}}`);
}

export function goText(path: string): string {
	const data = isCredential(path) ? ".Data" : ".Data.data";
	return templateText(
		path,
		[`{{ with secret "${path}" }}`, "{{ end }}"],
		(field) => `{{ ${data}.${field} }}`,
	);
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
