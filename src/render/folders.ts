import { dirname } from "node:path";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import type { Making } from "./held-folders.ts";
import type { Place } from "./order.ts";

/** Nobody but the agent's own user may enter what it makes, unless it is told otherwise. */
const OWN_ALONE = 0o700;

/** How folders are made for a file. */
export function makingFor({ folderMode = OWN_ALONE, needsFolder }: Place): Making {
	return needsFolder ? false : folderMode;
}

/** Where folders are not made: nothing is begun for a file whose own is not there. @throws DeliveryError */
export async function checkFolder(
	{ path, needsFolder }: Place,
	fs: Pick<FileSystem, "lstat">,
): Promise<void> {
	if (!needsFolder) return;
	await fs.lstat(dirname(path)).catch((error: unknown) => {
		if (isMissing(error))
			throw DeliveryError.failed("write", path, Object.assign(new Error(), { code: "ENOFOLDER" }));
		throw DeliveryError.failed("look at", dirname(path), error);
	});
}

/**
 * Makes a folder and those on the way to it. Not with `recursive`: Node then tries for ever below `/proc`, where making a
 * folder is answered like a missing parent.
 *
 * @param mode permission bits of what is made
 * @throws what the file system throws
 */
export async function makeFolders(
	folder: string,
	mode: number,
	fs: Pick<FileSystem, "mkdir" | "lstat">,
): Promise<void> {
	const fault = await make(folder, mode, fs);
	if (fault === undefined) return;
	const parent = dirname(folder);
	if (!isMissing(fault) || parent === folder) throw fault;
	await makeFolders(parent, mode, fs);
	const second = await make(folder, mode, fs);
	if (second !== undefined) throw second;
}

/** @returns why there is no such folder now; on a read-only disk an existing one may be answered with `EROFS` */
async function make(folder: string, mode: number, fs: Pick<FileSystem, "mkdir" | "lstat">): Promise<unknown> {
	try {
		await fs.mkdir(folder, { mode });
		return undefined;
	} catch (error) {
		const stat = await fs.lstat(folder).catch(() => undefined);
		return stat === undefined || stat.isFile() ? error : undefined;
	}
}
