import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";

/** Whose links may stand on the way to a destination. */
export interface LinkPolicy {
	/** The agent's own user. */
	readonly uid: number;
	/** When given, every destination lies below one of these folders. */
	readonly allowedRoots: readonly string[];
}

/** Bits of a folder's mode (inode(7)). */
const [STICKY, GROUP_WRITES, OTHERS_WRITE] = [0o1000, 0o020, 0o002];

/** As many links as the kernel follows on one way (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Where the folder of a path really is, links followed; what is not there yet is taken as it is written.
 *
 * Links on the way are root's or the agent's own (`/var/run`, a volume's `..data`), never somebody else's, and lie where
 * nobody else can put another in their place: so this stays the only answer, whoever changes something meanwhile.
 *
 * @throws DeliveryError for a path that leads elsewhere than its name says
 */
export async function wayTo(path: string, fs: FileSystem, policy: LinkPolicy): Promise<string> {
	const ahead = dirname(path).split(sep).filter(Boolean);
	let real: string = sep;
	let links = 0;
	for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
		const place = join(real, part);
		const stat = await lstatOrMissing(place, fs);
		if (stat === undefined) return join(place, ...ahead);
		if (stat.isSymbolicLink()) {
			await checkLink(path, { place, folder: real, owner: stat.uid, count: ++links }, { fs, policy });
			const target = await fs.readlink(place);
			if (isAbsolute(target)) real = sep;
			ahead.unshift(...target.split(sep).filter(Boolean));
		} else if (stat.isDirectory()) {
			real = place;
		} else {
			const reason = `is to be put into ${place}, which is no folder`;
			throw DeliveryError.refused(path, reason, "remove what is there, or choose another destination");
		}
	}
	return real;
}

/** A link that was met on the way. */
interface Link {
	readonly place: string;
	readonly folder: string;
	readonly owner: number;
	/** How many have been met, it included. */
	readonly count: number;
}

async function checkLink(
	path: string,
	{ place, folder, owner, count }: Link,
	{ fs, policy }: { readonly fs: FileSystem; readonly policy: LinkPolicy },
): Promise<void> {
	const refuse = (why: string) =>
		DeliveryError.refused(
			path,
			`is reached through the link ${place}, which ${why}`,
			"remove the link, or name the real folder",
		);
	if (owner !== 0 && owner !== policy.uid) throw refuse(`belongs to another user (uid ${owner})`);
	if (count > MOST_LINKS) throw refuse("leads to one link after the other without end");
	const { mode, uid, gid } = await fs.lstat(folder);
	if (isShared({ mode, uid, gid }, policy)) throw refuse("others can replace: they may write to its folder");
}

/** Whether somebody else may put something in the place of what lies in the folder. */
function isShared(
	{ mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
	policy: LinkPolicy,
): boolean {
	if (uid !== 0 && uid !== policy.uid) return true;
	if ((mode & STICKY) !== 0) return false; // as in /tmp: everybody's own stays theirs
	// A user's private group has the number of the user.
	const isOfOthers = (mode & GROUP_WRITES) !== 0 && gid !== 0 && gid !== policy.uid;
	return isOfOthers || (mode & OTHERS_WRITE) !== 0;
}

/**
 * Refuses a path at which something else than a file stands. No link at all: renaming over it would be harmless, but
 * whoever put it there expects the secret somewhere else.
 *
 * @returns whether a file is there
 * @throws DeliveryError
 */
export async function checkLast(path: string, fs: FileSystem): Promise<boolean> {
	const stat = await lstatOrMissing(path, fs);
	if (stat === undefined) return false;
	if (stat.isFile()) return true;
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

/**
 * Refuses a path outside of the allowed roots, by name, and by where the links on the way really lead.
 *
 * @param real where its folder is
 * @throws DeliveryError
 */
export async function checkRoots(
	path: string,
	real: string,
	{ fs, policy: { allowedRoots } }: { readonly fs: FileSystem; readonly policy: LinkPolicy },
): Promise<void> {
	if (allowedRoots.length === 0) return;
	const isIn = (place: string, root: string) => place.startsWith(root.endsWith(sep) ? root : root + sep);
	for (const root of allowedRoots) {
		if (isIn(normalize(path), root) && isIn(join(real, basename(path)), await realFolder(root, fs))) return;
	}
	const reason = `lies outside of ${allowedRoots.join(", ")}`;
	throw DeliveryError.refused(path, reason, "move it, or extend allowed_roots");
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
