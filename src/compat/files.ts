import { join } from "node:path";
import { ConfigError } from "../config/mod.ts";
import { errorCode } from "../kernel/mod.ts";
import type { ConfigFormat } from "./tell.ts";

/** What of the file system is asked. Each rejects as `fs` does. */
export interface ConfigFileSystem {
	/** Follows links. */
	isFolder(path: string): Promise<boolean>;
	/** Does not follow links. */
	list(
		path: string,
	): Promise<readonly { readonly name: string; readonly kind: "file" | "folder" | "link" }[]>;
}

/**
 * The files that a `-config` names, in the order in which the program reads them.
 * Vault Agent takes a folder's own `.hcl` and `.json` files, by name and not as the disk has them, as it would do;
 * consul-template and envconsul take all files below it, each folder by name, and follow no link to a folder.
 *
 * @param path as it was given; what is returned begins with it
 * @throws ConfigError when there is nothing to read
 */
export async function configFiles(
	path: string,
	format: Exclude<ConfigFormat, "native">,
	files: ConfigFileSystem,
): Promise<readonly string[]> {
	try {
		if (!(await files.isFolder(path))) return [path];
		const found = format === "vault-agent" ? await ownFiles(path, files) : await allFiles(path, files);
		if (found.length > 0) return found;
	} catch (error) {
		if (errorCode(error) === undefined) throw error;
		throw unreadable(path, error);
	}
	const message =
		format === "vault-agent" ? "this folder holds no .hcl or .json file" : "this folder holds no file";
	throw new ConfigError([{ place: path, message }]);
}

/** @param error as the file system gave it */
export function unreadable(place: string, error: unknown): ConfigError {
	const code = errorCode(error) ?? "unknown error";
	return new ConfigError([{ place, message: UNREADABLE[code] ?? `cannot be read (${code})` }], error);
}

const UNREADABLE: Readonly<Record<string, string>> = {
	ENOENT: "there is no such file or folder; check -config",
	EACCES: "this user may not read it; check its owner and mode, and those of its folder",
};

async function ownFiles(folder: string, files: ConfigFileSystem): Promise<string[]> {
	const entries = await files.list(folder);
	return entries
		.filter(({ name, kind }) => kind !== "folder" && /\.(?:hcl|json)$/.test(name) && !isTemporary(name))
		.map(({ name }) => join(folder, name))
		.toSorted();
}

async function allFiles(folder: string, files: ConfigFileSystem): Promise<string[]> {
	const entries = await files.list(folder);
	const found: string[] = [];
	for (const { name, kind } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
		const path = join(folder, name);
		// Of a Kubernetes volume: its links lead there already.
		if (name.startsWith("..")) continue;
		if (kind === "folder") found.push(...(await allFiles(path, files)));
		else if (kind === "file" || !(await files.isFolder(path))) found.push(path);
	}
	return found;
}

/** What editors leave beside a file: of Emacs and of vi. */
function isTemporary(name: string): boolean {
	return name.endsWith("~") || name.startsWith(".#") || (name.startsWith("#") && name.endsWith("#"));
}
