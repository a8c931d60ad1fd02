import { basename, dirname, join, normalize, sep } from "node:path";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";

/** Whose links may stand on the way to a destination. */
export interface LinkPolicy {
	/** The agent's own user. */
	readonly uid: number;
	/** When given, every destination lies below one of these folders. */
	readonly allowedRoots: readonly string[];
}

/**
 * Refuses a destination that would lead elsewhere than its name says.
 *
 * The last part must be no link at all: renaming over it would be harmless, but whoever put it there expects the
 * secret somewhere else. Folders on the way may be links of root or of the agent's own user (`/var/run`, a
 * volume's `..data`), never somebody else's.
 *
 * @throws DeliveryError
 */
export async function checkDestination(path: string, fs: FileSystem, policy: LinkPolicy): Promise<void> {
	await checkWay(path, fs, policy);
	await checkLast(path, fs);
}

/** The folders on the way to a path; the same for every file of one folder. */
export async function checkWay(path: string, fs: FileSystem, policy: LinkPolicy): Promise<void> {
	if (!(await isAllowed(path, fs, policy.allowedRoots))) {
		const reason = `lies outside of ${policy.allowedRoots.join(", ")}`;
		throw DeliveryError.refused(path, reason, "move it, or extend allowed_roots");
	}
	const parts = dirname(path).split(sep).filter(Boolean);
	let folder: string = sep;
	for (const part of parts) {
		folder = join(folder, part);
		const stat = await lstatOrMissing(folder, fs);
		if (stat === undefined) return;
		if (stat.isSymbolicLink() && stat.uid !== 0 && stat.uid !== policy.uid) {
			const reason = `is reached through the link ${folder}, which belongs to another user (uid ${stat.uid})`;
			throw DeliveryError.refused(path, reason, "remove the link, or name the real folder");
		}
		if (!stat.isSymbolicLink() && !stat.isDirectory()) {
			const reason = `is to be put into ${folder}, which is no folder`;
			throw DeliveryError.refused(path, reason, "remove what is there, or choose another destination");
		}
	}
}

/** The path itself. */
export async function checkLast(path: string, fs: FileSystem): Promise<void> {
	const stat = await lstatOrMissing(path, fs);
	if (stat === undefined || stat.isFile()) return;
	if (stat.isSymbolicLink()) {
		throw DeliveryError.refused(
			path,
			"is a link to elsewhere",
			"remove the link, or name its target as destination",
		);
	}
	const kind = stat.isDirectory() ? "a folder" : "no ordinary file";
	throw DeliveryError.refused(path, `is ${kind}`, "remove it, or choose another destination");
}

/** By name, and by where the links on the way really lead. */
async function isAllowed(path: string, fs: FileSystem, roots: readonly string[]): Promise<boolean> {
	if (roots.length === 0) return true;
	const isIn = (place: string, root: string) => place.startsWith(root.endsWith(sep) ? root : root + sep);
	const real = join(await realFolder(dirname(path), fs), basename(path));
	for (const root of roots) {
		if (isIn(normalize(path), root) && isIn(real, await realFolder(root, fs))) return true;
	}
	return false;
}

/** The folder without links; what is not there yet cannot be one. */
async function realFolder(folder: string, fs: FileSystem): Promise<string> {
	try {
		return await fs.realpath(folder);
	} catch (error) {
		if (!isMissing(error)) throw DeliveryError.failed("look at", folder, error);
		return join(await realFolder(dirname(folder), fs), basename(folder));
	}
}

async function lstatOrMissing(path: string, fs: FileSystem) {
	try {
		return await fs.lstat(path);
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw DeliveryError.failed("look at", path, error);
	}
}
