import { startDevServer } from "../src/devserver/mod.ts";
import { systemClock } from "../src/kernel/mod.ts";

// The embedded server in a process of its own, so that what it costs is nobody's. Ends with its parent.

/** What the server has seen since it was last asked. */
export interface Seen {
	readonly logins: number;
	/** Reads of secrets by path. */
	readonly reads: Readonly<Record<string, number>>;
	/** Database credentials that were handed out, each a user of its own. */
	readonly credentials: number;
	/** Everything else, such as questions about mounts and renewals. */
	readonly others: number;
}

/** First word of the server. */
export interface Ready {
	readonly address: string;
	readonly rootToken: string;
}

const server = await startDevServer({ clock: systemClock });
process.send?.({ address: server.address, rootToken: server.rootToken } satisfies Ready);
process.on("message", () => {
	process.send?.(seen());
	server.requests.reset();
});
process.on("disconnect", () => process.exit());

function seen(): Seen {
	const reads: Record<string, number> = {};
	let logins = 0;
	let credentials = 0;
	let others = 0;
	for (const { path, method } of server.requests.entries) {
		const [, secret] = /^(?:\/v1\/)?(secret\/data\/.+)$/.exec(path) ?? [];
		if (method === "GET" && secret !== undefined) reads[secret] = (reads[secret] ?? 0) + 1;
		else if (path.endsWith("auth/approle/login")) logins++;
		else if (/^(\/v1\/)?database\/creds\//.test(path)) credentials++;
		else others++;
	}
	return { logins, reads, credentials, others };
}
