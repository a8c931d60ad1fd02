import { dirname } from "node:path";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import { commit, stage, syncFolder, type Target } from "./staged-file.ts";
import type { Plan } from "./staging.ts";

/**
 * Makes everything current, one rename after the other with nothing between them. One that fails after others have
 * succeeded (a single file that became a mount point shows only then) puts those back as they were.
 *
 * @param current gets the path of every file that is current; what has been put back is taken out again
 * @throws DeliveryError
 */
export async function makeCurrent(
	{ staged, removed, before }: Plan,
	fs: FileSystem,
	current: Set<string>,
): Promise<void> {
	const folders = new Set([...staged.map(({ target }) => target.path), ...removed].map(dirname));
	const renamed: string[] = [];
	try {
		for (const one of staged) {
			await commit(one, fs);
			renamed.push(one.target.path);
			current.add(one.target.path);
		}
		for (const path of removed) {
			await remove(path, fs);
			current.add(path);
		}
	} catch (error) {
		// What cannot be put back is current, and is reported as changed by the delivery that succeeds.
		for (const path of renamed) if (await isPutBack(path, before.get(path), fs)) current.delete(path);
		throw error;
	}
	for (const folder of folders) await syncFolder(folder, fs);
}

async function isPutBack(
	path: string,
	before: Target | "absent" | undefined,
	fs: FileSystem,
): Promise<boolean> {
	if (before === undefined) return false;
	try {
		if (before === "absent") await fs.unlink(path);
		else await commit(await stage(before, fs), fs);
		return true;
	} catch {
		return false; // the first fault is the one to report
	}
}

async function remove(path: string, fs: FileSystem): Promise<void> {
	try {
		await fs.unlink(path);
	} catch (error) {
		if (!isMissing(error)) throw DeliveryError.failed("remove", path, error);
	}
}
