import { dirname } from "node:path";
import type { LinkPolicy } from "./destination.ts";
import type { DeliveryError } from "./errors.ts";
import type { FileSystem } from "./file-system.ts";

/** Faults that owner and mode of a folder explain. */
const OF_PERMISSION = new Set<unknown>(["EACCES", "EPERM"]);

/** Adds whose the folder is, and who the agent is, where a permission is missing. */
export async function withFolder(
	fault: DeliveryError,
	{ fs, links }: { readonly fs: FileSystem; readonly links: LinkPolicy },
): Promise<DeliveryError> {
	const { path, reason } = fault.facts;
	if (!OF_PERMISSION.has(reason) || typeof path !== "string" || "at" in fault.rows) return fault;
	const folder = dirname(path);
	const stat = await fs.lstat(folder).catch(() => undefined);
	if (stat === undefined) return fault;
	const mode = (stat.mode & 0o7777).toString(8).padStart(4, "0");
	return fault.located(
		`${folder}   mode ${mode}, owner ${stat.uid}:${stat.gid}; the agent runs as uid ${links.uid}`,
	);
}
