import { describe, expect, test } from "vitest";
import {
	agentBench,
	AZURE,
	AZURE_FILE,
	COMMAND,
	fileUnit,
	INTERVAL,
	KEY_FILE,
	OPENAI,
} from "../../test/support/agent-bench.ts";

/** Quiet for two polls; at the longest four. */
const WAIT = { minMs: 2 * INTERVAL, maxMs: 4 * INTERVAL };

describe("a file that waits for its secrets to be quiet", () => {
	const units = () => [
		fileUnit("/out/slow", `${KEY_FILE} ${AZURE_FILE}`, { wait: WAIT, onChange: COMMAND }),
		fileUnit("/out/fast", KEY_FILE),
	];

	/** Both secrets are there, and so are the files. */
	async function running() {
		const bench = agentBench(units());
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		bench.secrets.put(AZURE, { api_key: "az-1" });
		await bench.run();
		return bench;
	}

	test("is written at the start at once", async () => {
		const { memory, notices } = await running();

		expect(memory.files).toEqual({ "/out/slow": "sk-1 az-1", "/out/fast": "sk-1" });
		expect(notices).toEqual(["reload"]);
	});

	test("holds nobody else up, and comes when they have been quiet", async () => {
		const { secrets, nextPoll, clock, memory, notices, log } = await running();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect(memory.files).toEqual({ "/out/slow": "sk-1 az-1", "/out/fast": "sk-2" });
		expect(notices).toHaveLength(1);

		await clock.advance(WAIT.minMs);

		expect(memory.files).toEqual({ "/out/slow": "sk-2 az-1", "/out/fast": "sk-2" });
		expect(notices).toHaveLength(2);
		expect(log.of("rendered").map((line) => line.slice(0, 22))).toEqual([
			"generation 1: 2 files,",
			"generation 2: 1 file, ",
			"generation 3: 1 file, ",
		]);
	});

	test("comes once for changes one after the other, of one moment", async () => {
		const { secrets, nextPoll, clock, memory, notices } = await running();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();
		await clock.advance(INTERVAL);
		expect(memory.files["/out/slow"]).toBe("sk-1 az-1");

		await clock.advance(WAIT.minMs);

		expect(memory.files["/out/slow"]).toBe("sk-2 az-2");
		expect(notices).toHaveLength(2);
	});

	test("waits no longer than it may, though they are never quiet", async () => {
		const { secrets, clock, memory } = await running();
		const seen: (string | undefined)[] = [];

		for (let second = 1; second <= 120; second++) {
			secrets.put(OPENAI, { api_key: `sk-${second}` });
			await clock.advance(1000);
			seen.push(memory.files["/out/slow"]);
		}

		// The first change is seen within a poll and a half; four polls after that it is written.
		const first = seen.findIndex((text) => text !== "sk-1 az-1" && text !== undefined);
		expect(first).toBeGreaterThanOrEqual(4 * 15);
		expect(first).toBeLessThanOrEqual(4 * 15 + 18);
	});

	test("waits for nothing when somebody asks", async () => {
		const { agent, secrets, nextPoll, clock, memory } = await running();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		agent.refresh();
		await clock.advance(0);

		expect(memory.files["/out/slow"]).toBe("sk-2 az-1");
	});

	test("waits for nothing when the config is read anew", async () => {
		const { agent, secrets, nextPoll, clock, memory, plan } = await running();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		const adopted = agent.adopt(plan(units()));
		await clock.advance(0);
		await adopted;

		expect(memory.files["/out/slow"]).toBe("sk-2 az-1");
	});

	test("is told of as the end of the rotation that it waited for", async () => {
		const bench = agentBench([
			fileUnit("/out/slow", KEY_FILE, { wait: WAIT }),
			fileUnit("/out/az", AZURE_FILE),
		]);
		const { secrets, run, nextPoll, clock, log } = bench;
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		secrets.put(AZURE, { api_key: "az-2" });

		await clock.advance(3 * INTERVAL);

		expect(log.of("rotated").map((line) => line.replace(/; took.*/, ""))).toEqual([
			`${AZURE} v1 → v2 is in /out/az`,
			`${OPENAI} v1 → v2 is in /out/slow`,
		]);
	});
});
