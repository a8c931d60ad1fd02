import { setTimeout as delay } from "node:timers/promises";
import { type Bench, freshFolder, type Group, writeSecrets } from "../context.ts";
import type { Contender } from "../contenders.ts";
import type { Seen } from "../embedded-server.ts";
import { layOut } from "../job.ts";
import { Running } from "../process.ts";
import { embeddedServer } from "../server.ts";
import { seenIn } from "../wait.ts";

const PATHS = 20;
const TEMPLATES_EACH = 2;

/** What the server sees of twenty paths in forty templates: at the start, and in each interval. */
export const requests: Group = {
	name: "requests",
	async measure(bench) {
		const [start, others, round] = [
			new Map<string, number>(),
			new Map<string, number>(),
			new Map<string, number>(),
		];
		const contenders = [bench.ours, ...bench.peers];
		const observations = await Promise.all(contenders.map((contender) => observe(bench, contender)));
		for (const { name, first, later } of observations) {
			start.set(name, first.logins + sum(Object.values(first.reads)));
			others.set(name, first.others);
			// Each path is read once a round: the busiest one tells how many rounds there were.
			const reads = Object.values(later.reads);
			round.set(name, sum(reads) / Math.max(1, ...reads));
		}
		const unit = "requests";
		return [
			{ row: `login and reads at start, ${PATHS} paths`, unit, goal: PATHS + 1, values: start },
			{ row: "other requests at start", unit, goal: 0, values: others },
			{ row: `reads per interval, ${PATHS} paths`, unit, goal: PATHS, values: round },
		];
	},
};

interface Observation {
	readonly name: string;
	/** What a start asks for. */
	readonly first: Seen;
	/** What some intervals of two seconds ask for. */
	readonly later: Seen;
}

/** Counting is not disturbed by what runs beside it. */
async function observe(bench: Bench, contender: Contender): Promise<Observation> {
	await using stack = new AsyncDisposableStack();
	const server = stack.use(await embeddedServer());
	if (server.seen === undefined) throw new Error("the server does not count");
	const folder = freshFolder(bench, contender.name);
	const templates = layOut(folder, await writeSecrets(server, PATHS), TEMPLATES_EACH);
	await server.seen(); // the preparation is not counted
	const job = { server, folder, templates, once: false, intervalSeconds: 2 };
	stack.use(new Running(contender.prepare(job)));
	for (const { destination } of templates) await seenIn(destination, "API_KEY");
	await delay(500);
	const first = await server.seen();
	await delay(bench.options.isQuick ? 4500 : 8500);
	return { name: contender.name, first, later: await server.seen() };
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
