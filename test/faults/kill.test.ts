import { expect, test } from "vitest";
import type { AgentProcess } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { processesWith } from "../support/processes.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { kill, killStage, type KillStage, MOMENTS } from "./kill-stage.ts";
import { long } from "./long.ts";

const KILLS = long ? 200 : 16;

/** The newest is everywhere, once; nothing is left of what went on before. @returns the most children at a time */
async function expectStanding(stage: KillStage, agent: AgentProcess): Promise<number> {
	let most = 0;
	await eventually(async () => {
		if (!agent.isRunning()) throw new Error(`it has ended: ${agent.stderr()}`);
		const found = stage.look();
		most = Math.max(most, found.children.length);
		const last = stage.lastStart();
		const key = stage.key();
		expect(found).toEqual({ files: [key, key], strays: [], children: [last?.pid] });
		expect([last?.key, stage.told()]).toEqual([key, key]);
		expect(await stage.status()).toMatchObject({ ready: true });
	});
	expect(await stage.sink()).toEqual({ status: 200, mode: 0o600 });
	return most;
}

test(`${KILLS} times kill -9 at any moment: the next agent stands with everything whole and newest, and one child`, {
	timeout: KILLS * 10_000,
}, async ({ annotate }) => {
	const random = seededRandom();
	const stage = await killStage();
	stage.rotate();
	let agent = stage.start();
	await expectStanding(stage, agent);
	const met = { kills: 0, tooLate: 0, withScratch: 0, withNotice: 0, withMixedFiles: 0, withTwoChildren: 0 };
	const began = performance.now();

	for (let n = 0; n < KILLS; n++) {
		const [moment, longest] = MOMENTS[n % MOMENTS.length] ?? MOMENTS[0];
		const wasTooLate = await kill(stage, agent, { moment, after: random() * longest });
		const { files, strays } = stage.look();
		expect(files).not.toContain("torn");
		met.kills++;
		met.tooLate += Number(wasTooLate);
		met.withScratch += Number(strays.some((name) => name.endsWith("keyturn-new")));
		met.withNotice += Number(strays.some((name) => name.endsWith("keyturn-notify")));
		met.withMixedFiles += Number(new Set(files).size > 1);

		agent = stage.start();
		met.withTwoChildren += Number((await expectStanding(stage, agent)) > 1);
	}

	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(0);
	await eventually(() => expect(processesWith(stage.place.path)).toEqual([]));
	const seconds = Math.round((performance.now() - began) / 1000);
	await annotate(JSON.stringify({ ...met, versions: stage.versions(), seconds }));
});
