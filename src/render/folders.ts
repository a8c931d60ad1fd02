import { dirname } from "node:path";
import { type FileSystem, isMissing } from "./file-system.ts";

/** Nobody but the agent's own user may enter what it makes. */
export const OWN_ALONE = 0o700;

/**
 * Makes a folder and those on the way to it. Not with `recursive`: Node then tries for ever below `/proc`, where making a
 * folder is answered like a missing parent.
 *
 * @throws what the file system throws
 */
export async function makeFolders(folder: string, fs: Pick<FileSystem, "mkdir" | "lstat">): Promise<void> {
	const fault = await make(folder, fs);
	if (fault === undefined) return;
	const parent = dirname(folder);
	if (!isMissing(fault) || parent === folder) throw fault;
	await makeFolders(parent, fs);
	const second = await make(folder, fs);
	if (second !== undefined) throw second;
}

/** @returns why there is no such folder now; on a read-only disk an existing one may be answered with `EROFS` */
async function make(folder: string, fs: Pick<FileSystem, "mkdir" | "lstat">): Promise<unknown> {
	try {
		await fs.mkdir(folder, { mode: OWN_ALONE });
		return undefined;
	} catch (error) {
		const stat = await fs.lstat(folder).catch(() => undefined);
		return stat === undefined || stat.isFile() ? error : undefined;
	}
}
