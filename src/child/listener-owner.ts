import { readFile } from "node:fs/promises";

/** Sockets of this network, a line each (proc_net_tcp(5)); Linux alone has them. */
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];

/** The kernel's number of the state LISTEN. */
const LISTENING = "0A";

const ROOT = 0;

/**
 * Whether somebody else than the agent's own user listens on a port: in a pod every container reaches the loopback
 * address, and one may have taken the port before the child could.
 *
 * Never for an agent of root, whose child may run as anybody, and where the system does not tell.
 */
export async function isListenedOnByOthers(port: number): Promise<boolean> {
	const own = process.getuid?.();
	if (own === undefined || own === ROOT) return false;
	const texts = await Promise.all(
		TABLES.map(async (table) => await readFile(table, "latin1").catch(() => "")),
	);
	return texts
		.flatMap((text) => text.split("\n").slice(1))
		.map((line) => line.trim().split(/\s+/))
		.filter(([, local = "", , state]) => state === LISTENING && portOf(local) === port)
		.some(([, , , , , , , uid]) => Number(uid) !== own && Number(uid) !== ROOT);
}

/** Of `0100007F:1F90`. */
function portOf(local: string): number {
	return Number.parseInt(local.split(":")[1] ?? "", 16);
}
