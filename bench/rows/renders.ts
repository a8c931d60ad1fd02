import { setTimeout as delay } from "node:timers/promises";
import { freshFolder, type Group, writeSecrets } from "../context.ts";
import { layOut, secretData } from "../job.ts";
import { Running } from "../process.ts";
import { embeddedServer } from "../server.ts";
import { seenIn } from "../wait.ts";

const SECRETS = 20;

/**
 * Memory after long work: every secret is written anew, SIGHUP asks for a look at once, and the next round comes
 * when the last file is there. Peers are not driven like this: none of them reads again when it is asked.
 */
export const renders: Group = {
	name: "renders",
	async measure(bench) {
		await using server = await embeddedServer();
		const folder = freshFolder(bench, "renders");
		const paths = await writeSecrets(server, SECRETS);
		const templates = layOut(folder, paths);
		const job = { server, folder, templates, once: false, intervalSeconds: 3600 };
		await using program = new Running(bench.ours.prepare(job));
		for (const { destination } of templates) await seenIn(destination, "API_KEY");
		const rounds = bench.options.isQuick ? 50 : 250;
		for (let round = 1; round <= rounds; round++) {
			await Promise.all(paths.map((path) => server.write(path, secretData(`round${round}`))));
			program.signal("SIGHUP");
			for (const { destination } of templates) await seenIn(destination, `-round${round}-`);
		}
		await delay(2000);
		const values = new Map([[bench.ours.name, program.rssMiB]]);
		return [{ row: `memory after ${rounds * SECRETS} renders`, unit: "MiB", goal: 70, values }];
	},
};
