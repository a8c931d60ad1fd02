import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { DemoError } from "./demo-error.ts";

const HIGHEST = 32_000;
const LOWEST = 20_000;
const TRIES = 200;

/**
 * A free port on 127.0.0.1 whose next one is free too, for a server that takes two.
 *
 * Below the range from which the system takes the ports of outgoing connections: one of those would otherwise sit on
 * the gateway's port just while it restarts.
 */
export async function freePort(): Promise<number> {
	const end = Math.min(HIGHEST, firstOutgoingPort());
	const start = Math.min(LOWEST, end - 1000);
	for (let attempt = 0; attempt < TRIES; attempt++) {
		const port = randomInt(start, end - 1);
		if ((await isFree(port)) && (await isFree(port + 1))) return port;
	}
	throw new DemoError(`no free port was found between ${start} and ${end}`);
}

function firstOutgoingPort(): number {
	try {
		const first = Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"), 10);
		return first > 2048 ? first : HIGHEST;
	} catch {
		return HIGHEST; // not Linux; others begin at 32768 or 49152
	}
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	return await new Promise((resolve) => {
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}
