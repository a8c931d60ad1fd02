import { constants } from "node:fs";
import type { World } from "../world.ts";

/** Not through a link, and without waiting for the writer of a planted pipe. */
const READ_NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Which files are ours. */
interface OwnFileRules {
	/** Root's are as good as those of this user. */
	readonly uid: number;
	/** In bytes. */
	readonly largest: number;
	/** Permission bits that such a file does not have. */
	readonly forbidden: number;
}

/** The text of a file that is ours, or why it is not. Rejects with a code where it cannot be read. */
export async function readOwnFile(
	path: string,
	fs: Pick<World["fs"], "open">,
	{ uid, largest, forbidden }: OwnFileRules,
): Promise<{ readonly text: string } | { readonly fault: string }> {
	await using file = await fs.open(path, READ_NO_LINK);
	const stat = await file.stat();
	if (!stat.isFile()) return { fault: "is no ordinary file" };
	if (stat.uid !== uid && stat.uid !== 0) return { fault: `belongs to another user (uid ${stat.uid})` };
	if ((stat.mode & forbidden) !== 0) return { fault: "can be read or changed by others" };
	if (stat.size > largest) return { fault: "is too large" };
	return { text: await file.readFile("utf8") };
}
