import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyturnByHcl } from "../contenders.ts";
import { type Bench, freshFolder, type Group, type Result, writeSecrets } from "../context.ts";
import { clearOutput, layOut } from "../job.ts";
import { type Command, findOnPath, peakMiB, wallMs } from "../process.ts";
import { embeddedServer, realServer, type Server } from "../server.ts";
import { type Contest, inTurn } from "../stats.ts";

/** What a config and a template in other languages may cost of a start. */
const MORE_BY_HCL_MS = 20;

/** Login, one read, one template, the file on disk, the end: as an init container does it. */
export const coldStart: Group = {
	name: "cold-start",
	async measure(bench) {
		const results: Result[] = [];
		for (const open of servers(bench)) {
			await using server = await open();
			const peers = [keyturnByHcl, ...bench.peers];
			const all = await inTurn(bench.options.runs, [
				...(await oneShots({ ...bench, peers }, server, wallMs)),
				{ name: EMPTY, once: () => wallMs(emptyScript(bench)) },
			]);
			const { name: ours } = bench.ours;
			const { [keyturnByHcl.name]: byHcl = 0, ...values } = Object.fromEntries(all);
			const native = new Map(Object.entries(values));
			results.push(
				{ row: `cold start to the first file, ${server.name}`, unit: "ms", goal: 75, values: native },
				{
					row: `the same by a config of Vault Agent's, ${server.name}`,
					unit: "ms",
					goal: Math.round((native.get(ours) ?? 0) + MORE_BY_HCL_MS),
					values: new Map([...native, [ours, byHcl]]),
				},
			);
		}
		return results;
	},
};

/** The same run, by its memory. */
export const memory: Group = {
	name: "memory",
	async measure(bench) {
		await using server = await embeddedServer();
		const values = await inTurn(bench.options.runs, [
			...(await oneShots(bench, server, peakMiB)),
			{ name: EMPTY, once: () => peakMiB(emptyScript(bench)) },
		]);
		return [{ row: "peak memory of a cold start", unit: "MiB", goal: 62, values }];
	},
};

/** Many secrets at once: what one start costs for each of them. */
export const many: Group = {
	name: "many",
	async measure(bench) {
		await using server = await embeddedServer();
		const runs = bench.options.runs;
		const fifty = await inTurn(runs, await oneShots(bench, server, wallMs, 50));
		const fewer = bench.options.isQuick ? 1 : runs;
		const fiveHundred = await inTurn(fewer, await oneShots(bench, server, wallMs, 500));
		const linear = 10 * (fifty.get(bench.ours.name) ?? 0);
		return [
			{ row: "50 templates over 50 secrets", unit: "ms", goal: 150, values: fifty },
			{ row: "500 over 500 (goal: linear)", unit: "ms", goal: Math.round(linear), values: fiveHundred },
		];
	},
};

const EMPTY = "empty script";

// oxlint-disable-next-line max-params -- what is measured how, for how many
async function oneShots(
	bench: Bench,
	server: Server,
	measure: (command: Command) => Promise<number>,
	count = 1,
): Promise<Contest[]> {
	const paths = await writeSecrets(server, count);
	return [bench.ours, ...bench.peers].map((contender) => {
		const folder = freshFolder(bench, contender.name);
		const templates = layOut(folder, paths);
		const command = contender.prepare({ server, folder, templates, once: true });
		return {
			name: contender.name,
			once: async () => {
				clearOutput(folder);
				return await measure(command);
			},
		};
	});
}

function emptyScript({ folder }: Bench): Command {
	const file = join(folder, "empty.cjs");
	writeFileSync(file, "");
	return { program: process.execPath, args: [file], env: {}, log: join(folder, "empty.log") };
}

/** The embedded server, and the first real one on PATH. */
function servers({ folder }: Bench): (() => Promise<Server>)[] {
	const name = ["bao", "vault"].find((candidate) => findOnPath(candidate) !== undefined);
	const program = name === undefined ? undefined : findOnPath(name);
	if (name === undefined || program === undefined) return [embeddedServer];
	return [embeddedServer, () => realServer(program, name, folder)];
}
