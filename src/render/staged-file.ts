import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../kernel/mod.ts";
import { DeliveryError } from "./errors.ts";
import { CREATE_NEW, type FileSystem, isMissing, READ_NO_LINK } from "./file-system.ts";
import type { Owner } from "./owner.ts";

/** A file as it should be. */
export interface Target {
	readonly path: string;
	readonly content: Buffer;
	/** Permission bits. */
	readonly mode: number;
	readonly owner: Owner;
}

/** What is at a destination, compared with what should be. */
export type Standing = "absent" | "other-content" | "other-attributes" | "current";

/** @throws DeliveryError when it cannot be told */
export async function compare(target: Target, fs: FileSystem): Promise<Standing> {
	try {
		await using file = await fs.open(target.path, READ_NO_LINK);
		const stat = await file.stat();
		if (!(await holds(file, stat, target))) return "other-content";
		const { uid, gid } = target.owner;
		const isOwned = (uid === -1 || stat.uid === uid) && (gid === -1 || stat.gid === gid);
		return isOwned && (stat.mode & 0o7777) === target.mode ? "current" : "other-attributes";
	} catch (error) {
		if (isMissing(error)) return "absent";
		// Somebody else's file, or one without read permission: it is replaced, not judged.
		if (errorCode(error) === "EACCES") return "other-content";
		throw DeliveryError.failed("read", target.path, error);
	}
}

async function holds(file: FileHandle, stat: Stats, { content }: Target): Promise<boolean> {
	return stat.isFile() && stat.size === content.length && content.equals(await file.readFile());
}

/** Nothing of ours is larger, in bytes; where others may write, it might be no file of ours. */
const LARGEST_BEFORE = 32 * 1024 * 1024;

/** A file as it is, to be put back; `undefined` when there is none that can be read. */
export async function readWhole(path: string, fs: FileSystem): Promise<Target | undefined> {
	try {
		await using file = await fs.open(path, READ_NO_LINK);
		const stat = await file.stat();
		if (!stat.isFile() || stat.size > LARGEST_BEFORE) return undefined; // put there just now; reading it may never end
		const { mode, uid, gid } = stat;
		return { path, content: await file.readFile(), mode: mode & 0o7777, owner: { uid, gid } };
	} catch {
		return undefined;
	}
}

/** Gives an existing file its mode and owner without touching its content or times. */
export async function setAttributes(target: Target, fs: FileSystem): Promise<void> {
	try {
		await using file = await fs.open(target.path, READ_NO_LINK);
		// Since it was compared, somebody may have put another there, such as a hard link to a file of ours.
		if (!(await holds(file, await file.stat(), target)))
			throw Object.assign(new Error(), { code: "EREPLACED" });
		if (target.owner.uid !== -1 || target.owner.gid !== -1)
			await file.chown(target.owner.uid, target.owner.gid);
		await file.chmod(target.mode);
	} catch (error) {
		throw DeliveryError.failed("set mode and owner of", target.path, error);
	}
}

/** Whole new content beside its destination, on disk, waiting for its rename. */
export interface StagedFile {
	readonly target: Target;
	readonly scratch: string;
}

/** Name of a scratch file: hidden, of its destination, and not to be guessed. */
function scratchName(path: string): string {
	return join(dirname(path), `.${basename(path)}.${randomBytes(9).toString("hex")}.keyturn-new`);
}

/** Whether a folder entry is a scratch file of this destination, or of its backup, that a crash has left behind. */
export function isScratchOf(path: string, entry: string): boolean {
	const prefix = `.${basename(path)}.`;
	return entry.startsWith(prefix) && /^(bak\.)?[0-9a-f]{18}\.keyturn-new$/.test(entry.slice(prefix.length));
}

/** Writes the content under a scratch name: owner and mode before content, then to the disk. */
export async function stage(target: Target, fs: FileSystem): Promise<StagedFile> {
	const scratch = scratchName(target.path);
	let isMade = false;
	try {
		await using file = await fs.open(scratch, CREATE_NEW, 0o600);
		isMade = true;
		if (target.owner.uid !== -1 || target.owner.gid !== -1)
			await file.chown(target.owner.uid, target.owner.gid);
		await file.chmod(target.mode); // open() was subject to the umask
		await file.writeFile(target.content);
		await file.sync();
	} catch (error) {
		if (isMade) await discardQuietly(scratch, fs);
		throw DeliveryError.failed("write", target.path, error);
	}
	return { target, scratch };
}

/** Makes a staged file current in one step; a reader sees the old file or the new one. */
export async function commit(staged: StagedFile, fs: FileSystem): Promise<void> {
	try {
		await fs.rename(staged.scratch, staged.target.path);
	} catch (error) {
		await discardQuietly(staged.scratch, fs);
		throw DeliveryError.failed("replace", staged.target.path, error);
	}
}

/** Removes a scratch file; one that is gone already is fine. */
export async function discard(scratch: string, fs: FileSystem): Promise<void> {
	await fs.unlink(scratch).catch((error: unknown) => {
		if (!isMissing(error)) throw DeliveryError.failed("remove", scratch, error);
	});
}

/** Clears up after a fault, which is worth reporting and not what clearing up after it ran into. */
export async function discardQuietly(scratch: string, fs: FileSystem): Promise<void> {
	await discard(scratch, fs).catch(() => undefined);
}

/** Puts renames and removals of a folder on the disk; without it they may be lost in a power cut. */
export async function syncFolder(folder: string, fs: FileSystem): Promise<void> {
	try {
		await using handle = await fs.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
		await handle.sync();
	} catch (error) {
		// Some network file systems cannot sync folders; the rename itself has happened.
		if (["EINVAL", "ENOTSUP"].includes(errorCode(error) ?? "")) return;
		throw DeliveryError.failed("sync", folder, error);
	}
}
