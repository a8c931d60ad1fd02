import { dirname, join, normalize, sep } from "node:path";
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
	const { allowedRoots } = policy;
	if (
		allowedRoots.length > 0 &&
		!allowedRoots.some((root) => normalize(path).startsWith(root.endsWith(sep) ? root : root + sep))
	) {
		throw DeliveryError.refused(
			path,
			`lies outside of ${allowedRoots.join(", ")}`,
			"move it, or extend allowed_roots",
		);
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
	}
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

async function lstatOrMissing(path: string, fs: FileSystem) {
	try {
		return await fs.lstat(path);
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw DeliveryError.failed("look at", path, error);
	}
}
