import { basename, dirname, join } from "node:path";
import { errorCode } from "../kernel/mod.ts";
import { DeliveryError } from "./errors.ts";
import { CREATE_NEW, type FileSystem, isMissing } from "./file-system.ts";

/**
 * A mark beside a file that says "delivered, but nobody has been told yet". It outlives the agent: one that dies
 * between the rename and the signal makes up for it after its restart. Empty, so it tells nothing.
 */
function noticePath(path: string): string {
	return join(dirname(path), `.${basename(path)}.keyturn-notify`);
}

/**
 * Set before the file is replaced: a notification too many is harmless, one too few is not.
 *
 * @returns false when one was there already
 */
export async function setNotice(path: string, fs: FileSystem): Promise<boolean> {
	try {
		const file = await fs.open(noticePath(path), CREATE_NEW, 0o600);
		await file.close();
		return true;
	} catch (error) {
		if (errorCode(error) === "EEXIST") return false;
		throw DeliveryError.failed("write", noticePath(path), error);
	}
}

export async function hasNotice(path: string, fs: FileSystem): Promise<boolean> {
	try {
		return (await fs.lstat(noticePath(path))).isFile();
	} catch (error) {
		if (isMissing(error)) return false;
		throw DeliveryError.failed("look at", noticePath(path), error);
	}
}

export async function clearNotice(path: string, fs: FileSystem): Promise<void> {
	await fs.unlink(noticePath(path)).catch((error: unknown) => {
		if (!isMissing(error)) throw DeliveryError.failed("remove", noticePath(path), error);
	});
}

/** Nothing has changed after all; at worst somebody is told once too often. */
export async function clearNoticeQuietly(path: string, fs: FileSystem): Promise<void> {
	await clearNotice(path, fs).catch(() => undefined);
}
