import { resolve } from "node:path";
import { type ForeignFormat, loadConfigFiles } from "../../compat/mod.ts";
import { ConfigError } from "../../config/mod.ts";
import { errorCode } from "../../kernel/mod.ts";
import type { World } from "../world.ts";

/** A config file as it was read. */
export interface ConfigText {
	/** For messages: as it was named, or below the folder that was. */
	readonly name: string;
	/** Absolute. */
	readonly path: string;
	readonly text: string;
}

/** What a name stands for. */
export interface NamedTexts {
	/** In the order in which they count. */
	readonly texts: readonly ConfigText[];
	/** Absolute; absent where the name is that of a file. */
	readonly folder?: string;
}

type Files = Pick<World, "cwd" | "fs" | "readText">;

/** Reads a config, or all that a folder of that format holds. @throws ConfigError for what is not there or cannot be read */
export async function configTexts(name: string, format: ForeignFormat, world: Files): Promise<NamedTexts> {
	const { configFiles } = await loadConfigFiles();
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
	const texts: ConfigText[] = [];
	for (const each of names) {
		const path = resolve(cwd, each);
		const text = await readText(path).catch((error: unknown) => {
			throw unreadable(each, error);
		});
		texts.push({ name: each, path, text });
	}
	return { texts, ...((await isFolder(name)) && { folder: resolve(cwd, name) }) };
}

function unreadable(place: string, error: unknown): ConfigError {
	const code = errorCode(error) ?? "unknown error";
	const message =
		code === "EACCES"
			? "this user may not read it; check its owner and mode, and those of its folder"
			: `cannot be read (${code})`;
	return new ConfigError([{ place, message }], error);
}
