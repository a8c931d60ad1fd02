import type { HandoverDeps, HandoverFile, HandoverOptions } from "./handover-file.ts";

/** No file of a handover is larger, in bytes: it lies beside the secrets, on a volume that is small. */
export const LARGEST_HANDOVER = 1024 * 1024;

/** The file of a handover. Its code is loaded where one is configured: other starts do not pay for it. */
export async function openHandoverFile(options: HandoverOptions, deps: HandoverDeps): Promise<HandoverFile> {
	const module = await import("./handover-file.ts");
	return new module.HandoverFile(options, deps);
}
