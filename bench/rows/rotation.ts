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

/** Says with which key it was started, and stays. */
const CHILD = 'printf "%s\\n" "$API_KEY" >> "$1"\nexec sleep 3600\n';

interface Watched {
	readonly name: string;
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
		const files = contenders.map((contender) => startFile(bench, { contender, server, path, stack }));
		const children = contenders
			.filter(({ hasChild }) => hasChild)
			.map((contender) => startChild(bench, { contender, server, path, stack }));
		const all = [...files, ...children];
		await Promise.all(all.map(({ file }) => seenIn(file, "sk-api_key-")));
		const rounds = bench.options.isQuick ? 5 : Math.max(FEWEST, bench.options.runs);
		for (let round = 1; round <= rounds; round++) {
			await delay(1500 + 1000 * Math.random()); // everybody is at rest, and the phase is random
			await server.write(path, secretData(`round${round}`));
			const written = performance.now();
			await Promise.all(
				all.map(async ({ file, delays }) => delays.push((await seenIn(file, `-round${round}-`)) - written)),
			);
		}
		const medians = (watched: readonly Watched[]) =>
			new Map(watched.map(({ name, delays }) => [name, median(delays) / 1000]));
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

function startFile(bench: Bench, { contender, server, path, stack }: Start): Watched {
	const folder = freshFolder(bench, contender.name);
	const templates = layOut(folder, [path]);
	const job = { server, folder, templates, once: false, intervalSeconds: 1 };
	stack.use(new Running(contender.prepare(job)));
	return { name: contender.name, file: templates[0]?.destination ?? "", delays: [] };
}

function startChild(bench: Bench, { contender, server, path, stack }: Start): Watched {
	const folder = freshFolder(bench, `${contender.name} child`);
	layOut(folder, []);
	const [script, file] = [join(folder, "child.sh"), join(folder, "started")];
	writeFileSync(script, CHILD);
	const child = { path, command: ["/bin/sh", script, file] };
	stack.use(
		new Running(contender.prepare({ server, folder, templates: [], once: false, intervalSeconds: 1, child })),
	);
	return { name: contender.name, file, delays: [] };
}
