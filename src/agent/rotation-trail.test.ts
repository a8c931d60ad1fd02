import { describe, expect, test } from "vitest";
import {
	agentBench,
	AZURE,
	fileUnit,
	INTERVAL,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { noSpace } from "../../test/support/memory-fs.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { AgentError } from "../kernel/mod.ts";
import type { Finding } from "../secrets/mod.ts";
import { createTally } from "../status/mod.ts";
import { RotationTrail } from "./rotation-trail.ts";

const COMMAND = { kind: "command", command: ["reload", "--now"], timeoutMs: 1000 } as const;

describe("a rotation is told whole once everybody knows", () => {
	test("where it has gone, who was told, and how long that took", async () => {
		const { secrets, run, nextPoll, log } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: COMMAND }),
			fileUnit("/out/quiet", `key: ${KEY_FILE}`),
			variableUnit("KEY", OPENAI),
			variableUnit("OTHER", AZURE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		const lines = log.linesOf("rotated");
		expect(lines).toEqual([
			expect.objectContaining({
				level: "info",
				path: OPENAI,
				from_version: 1,
				version: 2,
				request_id: "r-1",
				from_request_id: "r-1",
				generation: 2,
				files: ["/out/openai", "/out/quiet"],
				variables: ["KEY"],
				turned_over: ["command reload", "child restarted"],
				took_seconds: 0,
			}),
		]);
		expect(lines[0]?.msg).toBe(
			`${OPENAI} v1 → v2 is in /out/openai, /out/quiet, KEY; command reload, child restarted; took 0 ms`,
		);
	});

	test("not before a command that fails at first has succeeded; its pauses count", async () => {
		const { secrets, run, nextPoll, clock, faults, log } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: COMMAND }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		faults.set("reload --now", new AgentError("exit 1", { code: "E_NOT_NOTIFIED", remedy: "retry" }));

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect(log.of("rotated")).toEqual([]);
		faults.clear();
		await clock.advance(60_000);

		const [line] = log.linesOf("rotated");
		expect(line).toMatchObject({ turned_over: ["command reload"], version: 2 });
		expect(line?.["took_seconds"]).toBeGreaterThan(0.1);
	});

	test("a child that could not live with it is named, and the rotation is over", async () => {
		const { secrets, run, nextPoll, supervisor, log } = agentBench([variableUnit("KEY", OPENAI)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		supervisor.outcome = "put-back";
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		const [line] = log.linesOf("rotated");
		expect(line).toMatchObject({ turned_over: ["child put back"], variables: ["KEY"] });
		expect(line?.msg).toContain("v1 → v2 is not kept in KEY; child put back");
	});

	test("a version whose texts are the same is no news to anybody", async () => {
		const { secrets, run, nextPoll, log } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		secrets.put(OPENAI, { api_key: "sk-1" });
		await nextPoll();
		await nextPoll();

		expect(log.of("rotation")).toHaveLength(1);
		expect(log.of("rotated")).toEqual([]);
	});

	test("one that cannot be written is told when it has been", async () => {
		const { secrets, run, nextPoll, clock, memory, log } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		memory.onWrite = noSpace;

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect(log.of("rotated")).toEqual([]);
		memory.onWrite = () => undefined;
		await clock.advance(2 * INTERVAL);

		expect(log.linesOf("rotated")).toMatchObject([{ files: ["/out/openai"] }]);
	});
});

describe("the version before the current one", () => {
	const read = { kind: "read", path: OPENAI } as const;
	const previous = { ...read, version: -1 };
	const [KEY, OLD] = ["key of the current one", "key of the one before"];
	const created: Readonly<Record<number, string>> = {
		1: "2026-01-01T00:00:00Z",
		2: "2026-04-01T00:00:00Z",
		3: "2026-07-01T00:00:00Z",
	};

	function found(version: number): Finding {
		const base = { leaseId: "", leaseDuration: 0, renewable: false, requestId: "r-1", fields: {}, data: {} };
		const createdTime = created[version] ?? "";
		return { kind: "present", view: { ...base, path: OPENAI, kind: "kv2", version, createdTime } };
	}

	const rotation = { key: KEY, request: read, before: found(2), after: found(3) };
	const follows = { key: OLD, request: previous, before: found(1), after: found(2) };

	/** A trail seven seconds after version 3 was written. */
	function trailBench() {
		const [log, tally] = [new RecordingLog(), createTally()];
		const trail = new RotationTrail({
			log,
			clock: new FakeClock(Date.parse(created[3] ?? "") + 7000),
			counters: tally,
			isHeld: () => false,
		});
		const file = fileUnit("/out/openai", KEY_FILE);
		const arrive = () => {
			trail.delivered({ generation: 2, changed: [file], restarts: false }, (key) =>
				key === OLD ? [file] : [],
			);
			trail.settled();
		};
		const count = (name: string) => tally.counts().find((one) => one.name === name)?.value;
		const timed = () => tally.takeTimes().map(({ mean, count: times }) => [mean, times]);
		return { trail, arrive, count, timed, told: () => log.linesOf("rotated") };
	}

	test("moves with it: one change, one record, timed from the writing of the new one", () => {
		const { trail, arrive, count, timed, told } = trailBench();

		trail.seen([follows, rotation]);
		arrive();

		expect(told()).toMatchObject([{ from_version: 2, version: 3, files: ["/out/openai"] }]);
		expect(count("keyturn_secret_changes_total")).toBe(1);
		expect(timed()).toEqual([[7, 1]]);
	});

	test("read later than it, is told and not timed", () => {
		const { trail, arrive, count, timed, told } = trailBench();

		trail.seen([follows]);
		arrive();

		expect(told()).toMatchObject([{ from_version: 1, version: 2, files: ["/out/openai"] }]);
		expect(count("keyturn_secret_changes_total")).toBeUndefined();
		expect(timed()).toEqual([]);
	});
});
