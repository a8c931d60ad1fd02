import { describe, expect, test } from "vitest";
import { agentBench, fileUnit, INTERVAL, variableUnit } from "../support/agent-bench.ts";
import { MemoryFs } from "../support/memory-fs.ts";

const HUP = { kind: "signal", signal: "SIGHUP" } as const;
const POLLS = 1000;

const pathOf = (index: number) => `secret/data/llm/key-${index}`;

/** Files of so many secrets, of whose change the child is told by a signal. */
function told(count: number) {
	return Array.from({ length: count }, (_, index) => {
		const contents = `{{#secret "${pathOf(index)}"}}{{api_key}}{{/secret}}`;
		return fileUnit(`/out/${index}`, contents, { onChange: HUP });
	});
}

test(`${POLLS} polls of secrets that stay the same, new versions of the same text among them: no write, no signal, no start`, async ({
	annotate,
}) => {
	const memory = new MemoryFs();
	const { secrets, run, clock, supervisor, log } = agentBench([...told(2), variableUnit("KEY", pathOf(0))], {
		memory,
	});
	secrets.put(pathOf(0), { api_key: "sk-1" });
	secrets.put(pathOf(1), { api_key: "sk-2" });
	await run();
	let writes = 0;
	memory.onWrite = () => void writes++;

	for (let hundred = 0; hundred < POLLS / 100; hundred++) {
		await clock.advance(100 * INTERVAL);
		secrets.put(pathOf(0), { api_key: "sk-1" });
	}

	expect(secrets.reads.filter((path) => path === pathOf(1)).length).toBeGreaterThan(0.9 * POLLS);
	expect({ writes, signals: supervisor.signals, starts: supervisor.starts.length }).toEqual({
		writes: 0,
		signals: [],
		starts: 1,
	});
	expect(log.of("rendered")).toHaveLength(1);
	await annotate(`${secrets.reads.length} reads, ${writes} writes`);
});

describe("changes that come together", () => {
	test("ten secrets that are written within one round make one signal", async () => {
		const { secrets, run, nextPoll, supervisor, memory } = agentBench(told(10));
		for (let index = 0; index < 10; index++) secrets.put(pathOf(index), { api_key: "old" });
		await run();

		for (let index = 0; index < 10; index++) secrets.put(pathOf(index), { api_key: "new" });
		await nextPoll();

		expect(supervisor.signals).toEqual(["SIGHUP"]);
		expect(new Set(Object.values(memory.files))).toEqual(new Set(["new"]));
	});

	test("a stream of changes without end puts none off: each round brings the newest, and one signal", async () => {
		const { secrets, run, clock, supervisor, memory } = agentBench(told(2));
		secrets.put(pathOf(0), { api_key: "0" });
		secrets.put(pathOf(1), { api_key: "0" });
		await run();

		for (let second = 1; second <= 300; second++) {
			secrets.put(pathOf(0), { api_key: String(second) });
			await clock.advance(1000);
		}

		const rounds = (300 * 1000) / INTERVAL;
		expect(supervisor.signals.length).toBeGreaterThanOrEqual(0.8 * rounds);
		expect(supervisor.signals.length).toBeLessThanOrEqual(1.3 * rounds);
		expect(Number(memory.files["/out/0"])).toBeGreaterThan(300 - (1.2 * INTERVAL) / 1000);
	});
});
