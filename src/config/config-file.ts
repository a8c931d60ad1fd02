import { resolve } from "node:path";
import { errorCode } from "../kernel/mod.ts";
import type { Environment } from "./environment.ts";
import { ConfigError } from "./errors.ts";
import { Settings } from "./settings.ts";

/** The part of the input that concerns the file. */
export interface FileInput {
	/** The config file; without one everything comes from variables and flags. */
	readonly file?: string;
	/** Reads a file as UTF-8; rejects as `fs.readFile` does. */
	readonly readFile: (path: string) => Promise<string>;
	readonly env: Environment;
	/** Absolute; relative paths of flags, of variables and of `file` count from here. */
	readonly cwd: string;
}

/** Reads the config file, where one is named. */
export async function readSettings({ file, readFile, cwd, env }: FileInput): Promise<Settings> {
	if (file === undefined) return new Settings();
	const text = await readFile(resolve(cwd, file)).catch((error: unknown) => {
		throw new ConfigError([{ place: file, message: unreadable(error) }], error);
	});
	// Started without a file, the agent never loads the YAML parser.
	const { readYaml } = await import("./yaml-file.ts");
	return new Settings(readYaml({ name: file, text, env }));
}

function unreadable(error: unknown): string {
	const code = errorCode(error) ?? "unknown error";
	return UNREADABLE[code] ?? `cannot read the config file (${code})`;
}

const UNREADABLE: Readonly<Record<string, string>> = {
	ENOENT: "there is no such config file; check --config or AGENT_CONFIG",
	EACCES: "this user may not read the config file; check its owner and mode, and those of its folder",
	EISDIR: "this is a folder; name the config file in it",
};
