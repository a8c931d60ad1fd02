import { describe, expect, test } from "vitest";
import {
	agentBench,
	AZURE,
	AZURE_FILE,
	type BenchOptions,
	fileUnit,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { noSpace } from "../../test/support/memory-fs.ts";
import type { Unit } from "./mod.ts";

const ROLLING = { kind: "rolling" } as const;
const SIGNAL = { kind: "signal", signal: "SIGHUP" } as const;
const NONE = { kind: "none" } as const;

/** A file of the child's that holds its port, and a key. */
const PORT_FILE = `{{port}} ${KEY_FILE}`;

function rollingBench(units: readonly Unit[], options: BenchOptions = {}) {
	const bench = agentBench(units, { ...options, withChild: "rolling" });
	bench.secrets.put(OPENAI, { api_key: "sk-1" });
	bench.secrets.put(AZURE, { api_key: "az-1" });
	return bench;
}

describe("a file that holds the private port", () => {
	const units = () => [fileUnit("/out/gw", PORT_FILE, { onChange: ROLLING })];

	test("stands for the first child before that starts, and is never seen with another port", async () => {
		const { run, memory, rolling } = rollingBench(units());
		const seen: string[] = [];
		memory.onWrite = () => void seen.push(...Object.values(memory.files));

		await run();

		expect(rolling.starts).toEqual([
			{ generation: 1, port: 41_001, env: {}, files: { "/out/gw": "41001 sk-1" } },
		]);
		expect(memory.files).toEqual({ "/out/gw": "41001 sk-1" });
		expect(seen.filter((text) => !text.startsWith("41001"))).toEqual([]);
	});

	test("is written anew for each child, with new values as well", async () => {
		const { run, nextPoll, secrets, rolling } = rollingBench(units());
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(rolling.starts[1]).toMatchObject({
			generation: 2,
			port: 41_002,
			files: { "/out/gw": "41002 sk-2" },
		});
	});

	test("is written anew for a child that comes after one that has died, and that is no change", async () => {
		const { run, nextPoll, rolling, memory, agent } = rollingBench(units());
		await run();

		await rolling.revive();
		await nextPoll();

		expect(rolling.starts.map(({ port }) => port)).toEqual([41_001, 41_002]);
		expect(memory.files).toEqual({ "/out/gw": "41002 sk-1" });
		expect(agent.standing.generation).toBe(1);
	});

	test("has the port of the child that serves when its text changes without a turn-over", async () => {
		const { run, nextPoll, secrets, rolling, memory } = rollingBench([
			fileUnit("/out/gw", PORT_FILE, { onChange: SIGNAL }),
		]);
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/gw": "41001 sk-2" });
		expect(rolling.signals).toEqual(["SIGHUP"]);
		expect(rolling.starts).toHaveLength(1);
	});

	test("has the port of the next child while that gets ready, whatever is delivered meanwhile", async () => {
		const { run, nextPoll, secrets, rolling, memory } = rollingBench([
			fileUnit("/out/gw", `{{port}} ${AZURE_FILE}`, { onChange: NONE }),
			variableUnit("KEY", OPENAI),
		]);
		await run();
		const ready = Promise.withResolvers<void>();
		rolling.getReady = () => ready.promise;

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/gw": "41002 az-2" });
		ready.resolve();
	});

	test("that cannot be written holds no child up that can live with the port of a dead one", async () => {
		const { run, rolling, memory, log } = rollingBench(units());
		await run();
		memory.onWrite = () => {
			throw noSpace();
		};

		await rolling.revive();

		expect(rolling.starts[1]).toMatchObject({ port: 41_001, files: { "/out/gw": "41001 sk-1" } });
		expect(log.of("delivery failed")).toHaveLength(1);
	});

	test("that cannot be written gives no child the port of the one that serves", async () => {
		const { run, nextPoll, secrets, rolling, memory } = rollingBench([
			fileUnit("/out/gw", "{{port}}", { onChange: NONE }),
			variableUnit("KEY", OPENAI),
		]);
		await run();
		memory.onWrite = () => {
			throw noSpace();
		};

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(rolling.starts[1]?.port).toBe(41_002);
	});
});

test("an agent that finds no free port for the first child ends, and says why", async () => {
	const { run, rolling } = rollingBench([variableUnit("KEY", OPENAI)]);
	rolling.hasPorts = false;

	await expect(run()).rejects.toMatchObject({
		code: "E_CHILD_START",
		message: "there is no free port for the child (EMFILE)",
	});
});

describe("a hand-over", () => {
	test("is said in words that tell who took over from whom", async () => {
		const { run, nextPoll, secrets, log } = rollingBench([variableUnit("KEY", OPENAI)]);
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(log.of("turned over")).toEqual([
			"generation 2 rolling: pid 101 ready in 5.2 s, pid 100 draining (3 open)",
		]);
		expect(log.of("rotated")).toEqual([
			expect.stringContaining("v1 → v2 is in KEY; child handed over; took") as string,
		]);
	});

	test("that is rejected has not told the child of anything", async () => {
		const { run, nextPoll, secrets, rolling, tally } = rollingBench([variableUnit("KEY", OPENAI)]);
		await run();
		rolling.outcome = "put-back";

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		const told = tally.counts().filter(({ name }) => name === "keyturn_notifications_total");
		expect(told).toEqual([
			{ name: "keyturn_notifications_total", labels: { kind: "rolling", result: "failed" }, value: 1 },
		]);
	});

	test("is asked for once by a variable and a file, and no signal disturbs it", async () => {
		const { run, nextPoll, secrets, rolling, tally } = rollingBench([
			variableUnit("KEY", OPENAI),
			fileUnit("/out/a", KEY_FILE, { onChange: ROLLING }),
			fileUnit("/out/b", KEY_FILE, { onChange: SIGNAL }),
		]);
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(rolling.starts).toHaveLength(2);
		expect(rolling.signals).toEqual([]);
		expect(tally.counts()).toContainEqual({
			name: "keyturn_notifications_total",
			labels: { kind: "rolling", result: "done" },
			value: 1,
		});
		expect(tally.counts()).toContainEqual({
			name: "keyturn_turn_overs_total",
			labels: { way: "rolling", result: "done" },
			value: 1,
		});
	});
});

describe("a generation whose child is never ready", () => {
	const units = () => [fileUnit("/out/gw", PORT_FILE, { onChange: ROLLING }), variableUnit("KEY", OPENAI)];

	async function rejected(bench = rollingBench(units())) {
		await bench.run();
		bench.rolling.outcome = "put-back";
		bench.secrets.put(OPENAI, { api_key: "sk-bad" });
		await bench.nextPoll();
		return bench;
	}

	test("is rejected, and the files are those of the child that goes on", async () => {
		const { rolling, memory, log, agent } = await rejected();

		expect(rolling.starts[1]).toMatchObject({ port: 41_002, files: { "/out/gw": "41002 sk-bad" } });
		expect(memory.files).toEqual({ "/out/gw": "41001 sk-1" });
		expect(agent.standing).toMatchObject({
			generation: 2,
			isRejected: true,
			rejectedFiles: ["/out/gw"],
			rejectedVariables: ["KEY"],
		});
		expect(log.of("rejected")).toEqual([
			"generation 2 is rejected: its child was not ready; the one before it goes on, and it is tried again",
		]);
	});

	test("is tried again with its own files, and rejected again without a further word", async () => {
		const { rolling, memory, clock, log, agent } = await rejected();

		await rolling.tryAgain();
		await clock.advance(0);

		expect(rolling.starts[2]).toMatchObject({ port: 41_003, files: { "/out/gw": "41003 sk-bad" } });
		expect(memory.files).toEqual({ "/out/gw": "41001 sk-1" });
		expect(agent.standing.isRejected).toBe(true);
		expect(log.of("rejected")).toHaveLength(1);
	});

	test("is rejected no more once a child stands with it after all", async () => {
		const { rolling, memory, clock, log, agent, tally } = await rejected();
		rolling.outcome = "turned-over";

		await rolling.tryAgain();
		await clock.advance(0);

		expect(memory.files).toEqual({ "/out/gw": "41003 sk-bad" });
		expect(agent.standing).toMatchObject({ isRejected: false, rejectedFiles: [], rejectedVariables: [] });
		expect(log.of("turned over")).toHaveLength(1);
		expect(tally.counts()).toContainEqual({
			name: "keyturn_turn_overs_total",
			labels: { way: "rolling", result: "done" },
			value: 1,
		});
	});

	test("makes room for the next change", async () => {
		const { rolling, memory, secrets, nextPoll, agent } = await rejected();
		rolling.outcome = "turned-over";

		secrets.put(OPENAI, { api_key: "sk-3" });
		await nextPoll();

		expect(rolling.starts.at(-1)).toMatchObject({ generation: 3, env: { KEY: "sk-3" } });
		expect(memory.files).toEqual({ "/out/gw": "41003 sk-3" });
		expect(agent.standing.isRejected).toBe(false);
	});

	test("is tried at once when somebody asks", async () => {
		const { rolling, agent, clock } = await rejected(rollingBench([variableUnit("KEY", OPENAI)]));
		rolling.outcome = "turned-over";

		agent.refresh();
		await clock.advance(0);

		expect(rolling.starts.at(-1)?.env).toEqual({ KEY: "sk-bad" });
		expect(agent.standing.isRejected).toBe(false);
	});

	test("leaves its variables rejected while a file of its own goes on", async () => {
		const bench = rollingBench([
			variableUnit("KEY", OPENAI),
			fileUnit("/out/azure", AZURE_FILE, { onChange: SIGNAL }),
		]);
		const { rolling, memory, secrets, nextPoll, agent } = await rejected(bench);

		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/azure": "az-2" });
		expect(rolling.signals).toEqual(["SIGHUP"]);
		expect(agent.standing).toMatchObject({ isRejected: true, rejectedVariables: ["KEY"], rejectedFiles: [] });
	});

	test("leaves a child that dies meanwhile to its own files, on a new port", async () => {
		const { rolling, memory } = await rejected();

		await rolling.revive();

		expect(rolling.starts[2]).toMatchObject({ generation: 1, port: 41_003, env: { KEY: "sk-1" } });
		expect(memory.files).toEqual({ "/out/gw": "41003 sk-1" });
	});
});

describe("a generation whose child took over, and dies before it stands", () => {
	const units = () => [fileUnit("/out/gw", PORT_FILE, { onChange: ROLLING }), variableUnit("KEY", OPENAI)];

	async function fallen() {
		const bench = rollingBench(units());
		await bench.run();
		bench.secrets.put(OPENAI, { api_key: "sk-bad" });
		await bench.nextPoll();
		bench.rolling.fall();
		await bench.clock.advance(0);
		return bench;
	}

	test("makes room for whichever was before it, though that had not stood either", async () => {
		const { run, nextPoll, rolling, secrets, memory, agent } = rollingBench(units());
		await run();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		rolling.drain(); // the first has died meanwhile
		secrets.put(OPENAI, { api_key: "sk-bad" });
		await nextPoll();

		rolling.fall();
		await nextPoll();

		expect(memory.files).toEqual({ "/out/gw": "41002 sk-2" });
		expect(agent.standing).toMatchObject({ generation: 3, isRejected: true });
	});

	test("is rejected after all, and the files are those of the child that serves again", async () => {
		const { memory, log, agent } = await fallen();

		expect(memory.files).toEqual({ "/out/gw": "41001 sk-1" });
		expect(agent.standing).toMatchObject({ generation: 2, isRejected: true, rejectedVariables: ["KEY"] });
		expect(log.of("turned over")).toHaveLength(1);
		expect(log.of("rejected")).toEqual([
			"generation 2 is rejected: its child did not live; the one before it serves again, and it is tried again",
		]);
	});

	test("is tried again with its own files, and rejected no more once its child serves", async () => {
		const { rolling, memory, clock, agent } = await fallen();

		await rolling.tryAgain();
		rolling.stand();
		await clock.advance(0);

		expect(memory.files).toEqual({ "/out/gw": "41003 sk-bad" });
		expect(agent.standing.isRejected).toBe(false);
	});
});
