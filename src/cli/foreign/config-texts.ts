import { resolve } from "node:path";
import { type ForeignFile, type ForeignFormat, loadConfigFiles } from "../../compat/mod.ts";
import { errorCode } from "../../kernel/mod.ts";
import type { World } from "../world.ts";

/** What a name stands for. */
export interface NamedTexts {
	/** In the order in which they count. */
	readonly texts: readonly ForeignFile[];
	/** Absolute; absent where the name is that of a file. */
	readonly folder?: string;
}

type Files = Pick<World, "cwd" | "fs" | "readText">;

/** Reads a config, or all that a folder of that format holds. @throws ConfigError for what is not there or cannot be read */
export async function configTexts(name: string, format: ForeignFormat, world: Files): Promise<NamedTexts> {
	const { configFiles, unreadable } = await loadConfigFiles();
	const { cwd, fs, readText } = world;
	// What is behind a pipe has no name that could be looked up.
	const isFolder = async (path: string) => {
		const entries = await fs.readdir(resolve(cwd, path)).catch((error: unknown) => {
			if (errorCode(error) === "ENOTDIR") return undefined;
			throw error;
		});
		return entries !== undefined;
	};
	const list = async (path: string) => {
		const entries = await fs.readdir(resolve(cwd, path), { withFileTypes: true });
		return entries.map((entry) => {
			const kind = entry.isSymbolicLink() ? "link" : entry.isDirectory() ? "folder" : "file";
			return { name: entry.name, kind } as const;
		});
	};
	const names = await configFiles(name, format, { isFolder, list });
	const texts: ForeignFile[] = [];
	for (const each of names) {
		const path = resolve(cwd, each);
		const text = await readText(path).catch((error: unknown) => {
			throw unreadable(each, error);
		});
		texts.push({ name: each, path, text });
	}
	return { texts, ...((await isFolder(name)) && { folder: resolve(cwd, name) }) };
}
