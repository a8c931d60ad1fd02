import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
	agentBench,
	AZURE,
	AZURE_FILE,
	awayError,
	COMMAND,
	fileUnit,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { noSpace } from "../../test/support/memory-fs.ts";
import { AgentError } from "../kernel/mod.ts";

type Way = "restart" | "rolling";
type Stage = Awaited<ReturnType<typeof openStage>>;

const FAILED = new AgentError("reload failed: exit 1", { code: "E_NOT_NOTIFIED", remedy: "retry" });

/** A running agent with two keys, and two configs to choose from. */
async function openStage(way: Way) {
	const bench = agentBench(unitsOf(way, 0), { withChild: way === "rolling" ? way : true });
	const { secrets, memory, agent, plan } = bench;
	const newest = { openai: 0, azure: 0, variant: 0 };
	let disk = Promise.withResolvers<void>();
	disk.resolve();
	const stage = {
		...bench,
		child: way === "rolling" ? bench.rolling : bench.supervisor,
		newest,
		writeOpenai: () => secrets.put(OPENAI, { api_key: `o${++newest.openai}` }),
		writeAzure: () => secrets.put(AZURE, { api_key: `a${++newest.azure}` }),
		adopt: (variant: number) =>
			agent.adopt(plan(unitsOf(way, variant))).then(
				() => (newest.variant = variant),
				() => undefined,
			),
		hang: () => {
			disk.resolve();
			disk = Promise.withResolvers();
		},
		thaw: () => disk.resolve(),
	};
	stage.writeOpenai();
	stage.writeAzure();
	const { running } = await bench.run();
	memory.gate = async () => await disk.promise;
	return { ...stage, running };
}

function unitsOf(way: Way, variant: number) {
	const port = way === "rolling" ? "{{port}} " : "";
	return [
		fileUnit("/out/child", `${port}${variant}:${KEY_FILE}`, { onChange: { kind: way } }),
		fileUnit("/out/told", `${variant}:${AZURE_FILE}`, { onChange: COMMAND }),
		fileUnit("/out/both", `${KEY_FILE} ${AZURE_FILE}`),
		variableUnit("KEY", OPENAI),
		...(variant === 1 ? [variableUnit("OTHER", AZURE)] : []),
	];
}

const HEALING = {
	"the disk goes on": ({ thaw }: Stage) => thaw(),
	"the disk has room": ({ memory }: Stage) => (memory.onWrite = () => undefined),
	"the child lives with anything": ({ child }: Stage) => (child.outcome = "turned-over"),
	"the command works": ({ faults }: Stage) => faults.clear(),
	"Vault is back": ({ secrets }: Stage) => secrets.heal(),
} as const;

const OFTEN = {
	"a key is written": ({ writeOpenai }: Stage) => writeOpenai(),
	"a poll passes": ({ clock }: Stage) => clock.advance(20_000),
	"the child lives with nothing new": ({ child }: Stage) => (child.outcome = "put-back"),
} as const;

const STEPS: Readonly<Record<string, (stage: Stage) => unknown>> = {
	...HEALING,
	...OFTEN,
	"another key is written": ({ writeAzure }) => writeAzure(),
	"the disk is full": ({ memory }) => (memory.onWrite = noSpace),
	"the disk hangs": ({ hang }) => hang(),
	"the child dies": ({ child }) => {
		if (child.state.kind !== "backing-off") void child.revive();
	},
	"the command fails": ({ faults }) => faults.set("reload", FAILED),
	"Vault is away": ({ secrets }) => secrets.fail("*", awayError()),
	"the config is as at first": ({ adopt }) => void adopt(0),
	"the config is another": ({ adopt }) => void adopt(1),
	"somebody asks": ({ agent }) => agent.refresh(),
	"a second passes": ({ clock }) => clock.advance(1000),
};

test.each<Way>(["restart", "rolling"])(
	"in %s everybody comes to have the newest, whatever has happened to disk, child, Vault and config before",
	async (way) => {
		const often = Object.keys(OFTEN);
		const names = fc.constantFrom(...often, ...often, ...often, ...Object.keys(STEPS));
		let rejections = 0;

		await fc.assert(
			fc.asyncProperty(fc.array(names, { minLength: 5, maxLength: 60 }), async (steps) => {
				const stage = await openStage(way);
				let end: unknown;
				stage.running.catch((error: unknown) => (end = error));

				for (const step of steps) await Promise.resolve(STEPS[step]?.(stage));
				for (const heal of Object.values(HEALING)) heal(stage);
				await stage.clock.advance(60_000);
				stage.agent.refresh(); // what was rejected waits for somebody to ask
				await stage.clock.advance(300_000);
				stage.rolling.drain();

				const { agent, child, memory, newest, rolling } = stage;
				const { openai, azure, variant } = newest;
				const servingPort = "port" in child.state ? child.state.port : undefined;
				const serving = rolling.starts.find((start) => start.port === servingPort) ?? child.starts.at(-1);
				const port = way === "rolling" ? `${servingPort} ` : "";
				expect(end).toBeUndefined();
				expect(memory.files).toEqual({
					"/out/child": `${port}${variant}:o${openai}`,
					"/out/told": `${variant}:a${azure}`,
					"/out/both": `o${openai} a${azure}`,
				});
				expect(serving?.env).toEqual({
					KEY: `o${openai}`,
					...(variant === 1 && { OTHER: `a${azure}` }),
				});
				expect(memory.hidden).toEqual([]);
				expect(agent.waitingFor).toBeUndefined();
				expect(agent.standing).toMatchObject({
					isRejected: false,
					deliveryFailure: undefined,
					notifications: { outstanding: 0 },
				});
				rejections += stage.log.of("rejected").length;
			}),
			{ numRuns: 100 },
		);

		expect(rejections).toBeGreaterThan(0);
	},
);
