import { basename, dirname, join } from "node:path";
import type { FileSystem } from "./file-system.ts";

/** Where the kernel lists the mounts that this process sees (proc_pid_mountinfo(5)); Linux alone has it. */
const MOUNTS = "/proc/self/mountinfo";

/** The fifth field; blanks and the like stand in it as three octal digits. */
const MOUNT_POINT = 4;

/**
 * Which of the paths are mount points. A single file that was mounted, as `docker -v file:file` and `subPath` do,
 * cannot be replaced: renaming over it fails, and whoever mounted the file keeps the old one.
 *
 * Nothing where the system does not tell.
 */
export async function mountPointsAmong(paths: readonly string[], fs: FileSystem): Promise<readonly string[]> {
	const text = await fs.readFile(MOUNTS, "utf8").catch(() => "");
	const points = new Set(text.split("\n").map((line) => plain(line.split(" ")[MOUNT_POINT] ?? "")));
	const found = await Promise.all(
		paths.map(async (path) => {
			const folder = await fs.realpath(dirname(path)).catch(() => dirname(path));
			return points.has(join(folder, basename(path)));
		}),
	);
	return paths.filter((_path, index) => found[index]);
}

function plain(field: string): string {
	return field.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);
}
