import { readFileSync, writeFileSync } from "node:fs";

/** What of a process its core dump holds, as bits (core(5)); Linux alone has it. */
const FILTER = "/proc/self/coredump_filter";

/**
 * From now on a core dump of this process holds no memory: secrets would otherwise come to lie on a disk, also where no
 * limit keeps dumps from being made, as when they are piped to a collector. Processes that it starts have it from it.
 *
 * @returns the bits as they were, for those who are to have them again; nothing where the system has none
 */
export function leaveMemoryOut(): string | undefined {
	try {
		const before = readFileSync(FILTER, "latin1").trim();
		writeFileSync(FILTER, "0");
		return `0x${before}`;
	} catch {
		return undefined;
	}
}
