import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Bench, Group } from "../context.ts";
import { freshFolder, writeSecrets } from "../context.ts";
import type { Contender } from "../contenders.ts";
import { layOut, secretData } from "../job.ts";
import { Running } from "../process.ts";
import { embeddedServer, type Server } from "../server.ts";
import { median } from "../stats.ts";
import { seenIn } from "../wait.ts";

/** Fewest rotations that a median is taken of. */
const FEWEST = 10;

/** So many of each, started at different moments of the interval: chance decides less which phase is met. */
const INSTANCES = 4;

/** Says with which key it was started, and stays. */
const CHILD = 'printf "%s\\n" "$API_KEY" >> "$1"\nexec sleep 3600\n';

/** All delays of a contender, in milliseconds. */
interface Measured {
	readonly name: string;
	readonly delays: number[];
}

interface Watched {
	readonly file: string;
	readonly delays: number[];
}

/** From the write's return to the new file, and to the new child. All look at the same secret, every second. */
export const rotation: Group = {
	name: "rotation",
	async measure(bench) {
		await using server = await embeddedServer();
		const [path = ""] = await writeSecrets(server, 1);
		await using stack = new AsyncDisposableStack();
		const contenders = [bench.ours, ...bench.peers];
		const files = contenders.map(({ name }): Measured => ({ name, delays: [] }));
		const children = contenders
			.filter(({ hasChild }) => hasChild)
			.map(({ name }): Measured => ({ name, delays: [] }));
		const watched: Watched[] = [];
		for (let instance = 0; instance < INSTANCES; instance++) {
			for (const contender of contenders) {
				const start = { contender, server, path, stack };
				watched.push({ file: startFile(bench, start), delays: delaysOf(files, contender) });
				if (contender.hasChild)
					watched.push({ file: startChild(bench, start), delays: delaysOf(children, contender) });
			}
			await delay(1000 / INSTANCES);
		}
		await Promise.all(watched.map(({ file }) => seenIn(file, "sk-api_key-")));
		const rounds = bench.options.isQuick ? 3 : Math.max(FEWEST, bench.options.runs);
		for (let round = 1; round <= rounds; round++) {
			await delay(1500 + 1000 * Math.random()); // everybody is at rest, and the phase is random
			await server.write(path, secretData(`round${round}`));
			const written = performance.now();
			await Promise.all(
				watched.map(async ({ file, delays }) =>
					delays.push((await seenIn(file, `-round${round}-`)) - written),
				),
			);
		}
		const medians = (measured: readonly Measured[]) =>
			new Map(measured.map(({ name, delays }) => [name, median(delays) / 1000]));
		return [
			{ row: "rotation to the new file, looking every 1 s", unit: "s", goal: 0.6, values: medians(files) },
			{
				row: "rotation to the new child, looking every 1 s",
				unit: "s",
				goal: 0.7,
				values: medians(children),
			},
		];
	},
};

interface Start {
	readonly contender: Contender;
	readonly server: Server;
	readonly path: string;
	readonly stack: AsyncDisposableStack;
}

function delaysOf(measured: readonly Measured[], { name }: Contender): number[] {
	return measured.find((one) => one.name === name)?.delays ?? [];
}

/** @returns the file to look at */
function startFile(bench: Bench, { contender, server, path, stack }: Start): string {
	const folder = freshFolder(bench, contender.name);
	const templates = layOut(folder, [path]);
	const job = { server, folder, templates, once: false, intervalSeconds: 1 };
	stack.use(new Running(contender.prepare(job)));
	return templates[0]?.destination ?? "";
}

/** @returns the file in which each child says with which key it was started */
function startChild(bench: Bench, { contender, server, path, stack }: Start): string {
	const folder = freshFolder(bench, `${contender.name} child`);
	layOut(folder, []);
	const [script, file] = [join(folder, "child.sh"), join(folder, "started")];
	writeFileSync(script, CHILD);
	const child = { path, command: ["/bin/sh", script, file] };
	stack.use(
		new Running(contender.prepare({ server, folder, templates: [], once: false, intervalSeconds: 1, child })),
	);
	return file;
}
