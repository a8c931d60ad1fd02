import { constants } from "node:fs";
import { type AgentError, errorCode, type Log } from "../../kernel/mod.ts";
import { Delivery } from "../../render/mod.ts";
import type { World } from "../world.ts";

/** Not through a link, and without waiting for the writer of a planted pipe. */
const READ_NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Of a process id with white space around it, in bytes. */
const LARGEST = 64;

/** The file that tells others the process id of the agent. */
export interface PidFile {
	/** Removes it, unless another agent has written it since. Never throws. */
	readonly remove: () => Promise<void>;
}

/**
 * Writes the process id, in one step and never through a link.
 *
 * @throws AgentError where the file cannot be written
 */
export async function writePidFile(path: string, world: World, log: Log): Promise<PidFile> {
	const { fs, uid, clock, self } = world;
	const delivery = new Delivery({ fs, clock, links: { uid, allowedRoots: [] } });
	const put = async (content: string | undefined) =>
		await delivery.deliver([{ path, mode: 0o600, content, isNotified: false }]);

	const other = await pidIn(path, world);
	if (other !== undefined && other !== self.pid && self.isRunning(other)) {
		const msg = `process ${other}, whose id is in ${path}, is still running: is it an agent with the same files?`;
		log.write("warn", "pid file", { msg, path, pid: other });
	}
	await put(`${self.pid}\n`);
	return {
		remove: async () => {
			try {
				if ((await pidIn(path, world)) === self.pid) await put(undefined);
			} catch (error) {
				const { message } = error as AgentError;
				log.write("warn", "pid file", { msg: `${path} is left behind: ${message}`, path });
			}
		},
	};
}

/** @returns nothing where there is no process id */
async function pidIn(path: string, { fs }: World): Promise<number | undefined> {
	try {
		await using file = await fs.open(path, READ_NO_LINK);
		const stat = await file.stat();
		if (!stat.isFile() || stat.size > LARGEST) return undefined;
		const text = (await file.readFile("utf8")).trim();
		return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
	} catch (error) {
		if (errorCode(error) === undefined) throw error;
		return undefined;
	}
}
