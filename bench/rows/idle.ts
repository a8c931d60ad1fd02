import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type Bench, freshFolder, type Group, writeSecrets } from "../context.ts";
import type { Contender } from "../contenders.ts";
import { layOut } from "../job.ts";
import { Running } from "../process.ts";
import { embeddedServer } from "../server.ts";
import { median } from "../stats.ts";
import { seenIn } from "../wait.ts";

const SECRETS = 20;
const INTERVAL_SECONDS = 5;

/**
 * Twenty secrets read every five seconds: what it costs that nothing happens. All side by side, each on a server of its
 * own, and keyturn a second time with a listener.
 */
export const idle: Group = {
	name: "idle",
	async measure(bench) {
		await using stack = new AsyncDisposableStack();
		const running = new Map<string, Running>();
		for (const contender of [bench.ours, ...bench.peers])
			running.set(contender.name, await start(bench, { contender, stack }));
		const listener = join(bench.folder, "listener");
		const answering = await start(bench, { contender: bench.ours, stack, listener });
		await delay(bench.options.isQuick ? 2000 : 2 * INTERVAL_SECONDS * 1000);
		const cpu = await cpuOf(running, bench.options.isQuick ? 1 : 4);
		const rss = new Map([...running].map(([name, program]) => [name, program.rssMiB]));
		const unasked = new Map([[bench.ours.name, answering.rssMiB]]);
		await scrape(listener);
		await delay(2000);
		const asked = new Map([[bench.ours.name, answering.rssMiB]]);
		return [
			{ row: `memory, ${SECRETS} secrets, idle`, unit: "MiB", goal: 65, values: rss },
			{ row: "the same with a listener that nobody has asked", unit: "MiB", goal: 66, values: unasked },
			{ row: "the same after the first scrape of its metrics", unit: "MiB", values: asked },
			{
				row: `processor, ${SECRETS} secrets every ${INTERVAL_SECONDS} s`,
				unit: "ms/s",
				goal: 6,
				values: cpu,
			},
		];
	},
};

interface Start {
	readonly contender: Contender;
	readonly stack: AsyncDisposableStack;
	/** The unix socket at which it answers. */
	readonly listener?: string;
}

/** @returns what runs, once all its files are there */
async function start(bench: Bench, { contender, stack, ...rest }: Start): Promise<Running> {
	const server = stack.use(await embeddedServer());
	const folder = freshFolder(bench, contender.name);
	const templates = layOut(folder, await writeSecrets(server, SECRETS));
	const job = { server, folder, templates, once: false, intervalSeconds: INTERVAL_SECONDS, ...rest };
	const running = stack.use(new Running(contender.prepare(job)));
	for (const { destination } of templates) await seenIn(destination, "API_KEY");
	return running;
}

/** Asks for the metrics as Prometheus does. */
async function scrape(socketPath: string): Promise<void> {
	const [reply] = (await once(get({ socketPath, path: "/metrics" }), "response")) as [IncomingMessage];
	const page = await text(reply);
	if (!page.includes("keyturn_")) throw new Error(`the listener answers ${reply.statusCode}: ${page}`);
}

/** Milliseconds per second of each: the median of windows of two intervals. */
async function cpuOf(running: ReadonlyMap<string, Running>, windows: number): Promise<Map<string, number>> {
	const windowMs = 2 * INTERVAL_SECONDS * 1000;
	const rates = new Map([...running.keys()].map((name) => [name, [] as number[]]));
	for (let window = 0; window < windows; window++) {
		const before = new Map([...running].map(([name, program]) => [name, program.cpuMs]));
		await delay(windowMs);
		for (const [name, program] of running)
			rates.get(name)?.push((program.cpuMs - (before.get(name) ?? 0)) / (windowMs / 1000));
	}
	return new Map([...rates].map(([name, all]) => [name, median(all)]));
}
