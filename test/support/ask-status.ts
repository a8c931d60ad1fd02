import { request } from "node:http";
import { json } from "node:stream/consumers";
import type { StatusReport } from "../../src/status/mod.ts";

/** What an agent that listens on a Unix socket says of itself. */
export async function askStatus(socketPath: string): Promise<StatusReport> {
	return await new Promise((resolve, reject) => {
		const asking = request({ socketPath, path: "/v1/status", agent: false }, (reply) => {
			json(reply).then((report) => resolve(report as StatusReport), reject);
		});
		asking.on("error", reject);
		asking.end();
	});
}
