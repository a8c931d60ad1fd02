import { setTimeout as delay } from "node:timers/promises";
import { type Bench, freshFolder, type Group, writeSecrets } from "../context.ts";
import type { Contender } from "../contenders.ts";
import type { Seen } from "../embedded-server.ts";
import { layOut } from "../job.ts";
import { Running } from "../process.ts";
import { embeddedServer } from "../server.ts";
import { seenIn } from "../wait.ts";

const SECRETS = 100;

/** Short, so that what has to be renewed is renewed while it is looked at. */
const LEASE_SECONDS = 10;

/** A hundred secrets read every second beside one database credential: none of the reads may cost another login or another user. */
export const leases: Group = {
	name: "leases",
	async measure(bench) {
		const intervals = bench.options.isQuick ? 5 : 15;
		const contenders = [bench.ours, ...bench.peers];
		const observed = await Promise.all(
			contenders.map(
				async (contender) => [contender.name, await observe(bench, contender, intervals)] as const,
			),
		);
		const row = (name: string, count: (seen: Seen) => number) => ({
			row: `${name}, ${SECRETS} secrets and a credential, ${intervals} s`,
			unit: "requests",
			values: new Map(observed.map(([contender, seen]) => [contender, count(seen)])),
		});
		return [
			{ ...row("logins", ({ logins }) => logins), goal: 1 },
			{ ...row("credentials issued", ({ credentials }) => credentials), goal: 1 },
			row("renewals and other requests", ({ others }) => others),
		];
	},
};

/** @returns what the server has seen, from the start on */
async function observe(bench: Bench, contender: Contender, intervals: number): Promise<Seen> {
	await using stack = new AsyncDisposableStack();
	const server = stack.use(await embeddedServer());
	if (server.seen === undefined) throw new Error("the server does not count");
	const folder = freshFolder(bench, contender.name);
	const paths = await writeSecrets(server, SECRETS);
	const templates = layOut(folder, [...paths, await server.lend(LEASE_SECONDS)]);
	await server.seen(); // the preparation is not counted
	const job = { server, folder, templates, once: false, intervalSeconds: 1 };
	stack.use(new Running(contender.prepare(job)));
	for (const { destination } of templates) await seenIn(destination, "SETTING_0");
	await delay(intervals * 1000);
	return await server.seen();
}
