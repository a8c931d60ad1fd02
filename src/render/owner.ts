import { DeliveryError } from "./errors.ts";
import type { FileSystem } from "./file-system.ts";

/** User and group as numbers; -1 leaves one as it is (POSIX chown). */
export interface Owner {
	readonly uid: number;
	readonly gid: number;
}

/**
 * Looks names up in the local databases, as POSIX getpwnam does in its plainest form; numbers pass as they are.
 *
 * @throws DeliveryError for a name that is not there
 */
export async function resolveOwner(
	names: { readonly user?: string; readonly group?: string },
	fs: FileSystem,
	destination: string,
): Promise<Owner> {
	const find = async (name: string | undefined, database: string, what: string): Promise<number> => {
		if (name === undefined) return -1;
		if (/^\d+$/.test(name)) return Number(name);
		const text = await fs.readFile(database, "utf8").catch(() => "");
		const line = text.split("\n").find((candidate) => candidate.startsWith(`${name}:`));
		const id = Number(line?.split(":")[2] ?? Number.NaN);
		if (Number.isInteger(id)) return id;
		const advice = `name a ${what} of ${database}, or its number`;
		throw DeliveryError.refused(destination, `cannot be given to ${what} "${name}": there is none`, advice);
	};
	return {
		uid: await find(names.user, "/etc/passwd", "user"),
		gid: await find(names.group, "/etc/group", "group"),
	};
}
