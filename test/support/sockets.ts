import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** TCP ports on which a process listens, IPv4 and IPv6. */
export function listeningPorts(pid: number): number[] {
	const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => inodeOf(`/proc/${pid}/fd/${fd}`)));
	return ["tcp", "tcp6"].flatMap((table) =>
		readFileSync(`/proc/net/${table}`, "utf8")
			.split("\n")
			.slice(1)
			.map((line) => line.trim().split(/\s+/))
			.filter(([, , , state, ...rest]) => state === LISTENING && own.has(rest[5] ?? ""))
			.map(([, address = ""]) => Number.parseInt(address.split(":")[1] ?? "", 16)),
	);
}

/** The kernel's number of the state LISTEN. */
const LISTENING = "0A";

function inodeOf(link: string): string | undefined {
	try {
		return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1];
	} catch {
		return undefined; // closed in the meantime
	}
}
