import { dirname, join } from "node:path";
import { AgentError, errorCode, ExitCode } from "../../kernel/mod.ts";
import type { World } from "../world.ts";

/** Files to be written. */
interface NewFiles {
	/** Absolute. */
	readonly folder: string;
	/** Text by path below the folder. */
	readonly files: ReadonlyMap<string, string>;
	/** Files that are there may be replaced. */
	readonly isForced: boolean;
}

/** Writes files, all or none where some are there already. A config may hold a credential: only its owner reads it. */
export async function writeFiles(
	{ folder, files, isForced }: NewFiles,
	world: Pick<World, "fs">,
): Promise<void> {
	const existing: string[] = [];
	for (const name of files.keys()) if (await isThere(join(folder, name), world)) existing.push(name);
	if (existing.length > 0 && !isForced) {
		const verb = existing.length === 1 ? "is" : "are";
		throw new AgentError(`${existing.join(" and ")} ${verb} already there`, {
			code: "E_FILE_EXISTS",
			exitCode: ExitCode.usage,
			rows: { at: folder, do: "write elsewhere with --out, over them with --force, or look with --stdout" },
		});
	}
	for (const [name, text] of files) {
		const path = join(folder, name);
		try {
			await world.fs.mkdir(dirname(path), { recursive: true });
			if (existing.includes(name)) await world.fs.unlink(path);
			await using file = await world.fs.open(path, "wx", 0o600); // "x": never through a link
			await file.writeFile(text);
		} catch (error) {
			const code = errorCode(error) ?? "unwritable";
			throw new AgentError(`cannot write ${name} (${code})`, {
				code: "E_IMPORT",
				exitCode: ExitCode.undeliverable,
				rows: { at: folder, do: "name a folder that this user may write in with --out" },
				cause: error,
			});
		}
	}
}

async function isThere(path: string, { fs }: Pick<World, "fs">): Promise<boolean> {
	return await fs.lstat(path).then(
		() => true,
		() => false,
	);
}
