import { setTimeout as delay } from "node:timers/promises";
import { freshFolder, type Group, writeSecrets } from "../context.ts";
import { layOut } from "../job.ts";
import { Running } from "../process.ts";
import { embeddedServer } from "../server.ts";
import { median } from "../stats.ts";
import { seenIn } from "../wait.ts";

const SECRETS = 20;
const INTERVAL_SECONDS = 5;

/** Twenty secrets read every five seconds: what it costs that nothing happens. All side by side, each on a server of its own. */
export const idle: Group = {
	name: "idle",
	async measure(bench) {
		await using stack = new AsyncDisposableStack();
		const running = new Map<string, Running>();
		for (const contender of [bench.ours, ...bench.peers]) {
			const server = stack.use(await embeddedServer());
			const folder = freshFolder(bench, contender.name);
			const templates = layOut(folder, await writeSecrets(server, SECRETS));
			const job = { server, folder, templates, once: false, intervalSeconds: INTERVAL_SECONDS };
			running.set(contender.name, stack.use(new Running(contender.prepare(job))));
			for (const { destination } of templates) await seenIn(destination, "API_KEY");
		}
		await delay(bench.options.isQuick ? 2000 : 2 * INTERVAL_SECONDS * 1000);
		const cpu = await cpuOf(running, bench.options.isQuick ? 1 : 4);
		const rss = new Map([...running].map(([name, program]) => [name, program.rssMiB]));
		return [
			{ row: `memory, ${SECRETS} secrets, idle`, unit: "MiB", goal: 65, values: rss },
			{
				row: `processor, ${SECRETS} secrets every ${INTERVAL_SECONDS} s`,
				unit: "ms/s",
				goal: 6,
				values: cpu,
			},
		];
	},
};

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
