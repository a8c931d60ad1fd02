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
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { AgentError } from "../kernel/mod.ts";

const HUP = { kind: "signal", signal: "SIGHUP" } as const;
const RESTART = { kind: "restart" } as const;
const OTHER = { ...COMMAND, command: ["other"] };

const failed = new AgentError("reload failed: exit 1", { code: "E_NOT_NOTIFIED", remedy: "retry" });

describe("several things that are done for one file", () => {
	test("are all done, others first and the child last", async () => {
		const { secrets, run, nextPoll, notices, supervisor } = agentBench([
			fileUnit("/out/a", KEY_FILE, { onChange: [HUP, COMMAND, OTHER] }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		expect([notices, supervisor.signals]).toEqual([["reload", "other"], []]);

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(notices).toEqual(["reload", "other", "reload", "other"]);
		expect(supervisor.signals).toEqual(["SIGHUP"]);
		expect(supervisor.starts).toHaveLength(1);
	});

	test("leave the signal out for a child that is started anew", async () => {
		const { secrets, run, nextPoll, supervisor } = agentBench([
			fileUnit("/out/a", KEY_FILE, { onChange: [HUP, RESTART] }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect([supervisor.starts.length, supervisor.signals]).toEqual([2, []]);
	});

	test("are tried again each by itself, and the notice stays until the last has happened", async () => {
		const { secrets, run, nextPoll, clock, faults, notices, memory } = agentBench([
			fileUnit("/out/a", KEY_FILE, { onChange: [COMMAND, OTHER] }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		faults.set("reload", failed);
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		await clock.advance(10_000);
		expect(notices.filter((name) => name === "other")).toHaveLength(2);
		expect(notices.filter((name) => name === "reload").length).toBeGreaterThan(3);
		expect(memory.hidden).toEqual(["/out/.a.keyturn-notify"]);

		faults.clear();
		await clock.advance(60_000);

		expect(memory.hidden).toEqual([]);
		expect(notices.filter((name) => name === "other")).toHaveLength(2);
	});
});

describe("a child that is not to restart with all others", () => {
	const SPLAY = 60_000;
	const splayed = (onChange: typeof RESTART | typeof HUP) =>
		agentBench(
			[fileUnit("/out/a", KEY_FILE, { onChange }), fileUnit("/out/b", KEY_FILE, { onChange: COMMAND })],
			{
				terms: { splayMs: SPLAY },
			},
		);

	test.each([
		["restarts", RESTART],
		["gets its signal", HUP],
	] as const)("%s some time later, while others are told at once", async (_what, onChange) => {
		const { secrets, run, nextPoll, clock, supervisor, notices } = splayed(onChange);
		const told = () => supervisor.starts.length - 1 + supervisor.signals.length;
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		expect(supervisor.starts).toHaveLength(1);
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect([told(), notices.length]).toEqual([0, 2]);

		await clock.advance(SPLAY);

		expect(told()).toBe(1);
	});

	test("restarts once for changes in the meantime, and with the newest", async () => {
		const { secrets, run, nextPoll, clock, supervisor, memory } = splayed(RESTART);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		secrets.put(OPENAI, { api_key: "sk-3" });

		await clock.advance(SPLAY + INTERVAL);

		expect(supervisor.starts.length - 1).toBeLessThanOrEqual(2);
		expect(supervisor.starts.at(-1)?.files).toEqual(memory.files);
		expect(memory.files["/out/a"]).toBe("sk-3");
	});

	test("is not waited for at the end", async () => {
		const { secrets, run, nextPoll, stop, supervisor } = splayed(RESTART);
		secrets.put(OPENAI, { api_key: "sk-1" });
		const { running } = await run();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		stop.abort(new Error("the end"));
		await running;

		expect(supervisor.starts).toHaveLength(1);
	});
});

describe("a child that keeps the variables that it was started with", () => {
	const kept = () =>
		agentBench(
			[
				variableUnit("KEY", OPENAI),
				fileUnit("/out/a", KEY_FILE, { onChange: HUP }),
				fileUnit("/out/b", AZURE_FILE, { onChange: RESTART }),
			],
			{ terms: { keepsVariables: true } },
		);

	test("is not restarted for others, and gets them when it starts again", async () => {
		const { agent, secrets, run, nextPoll, supervisor } = kept();
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect([supervisor.starts.length, supervisor.signals]).toEqual([1, ["SIGHUP"]]);
		expect(agent.standing).toMatchObject({ generation: 2, unservedVariables: new Set(["KEY"]) });

		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();

		expect(supervisor.starts.map(({ env }) => env)).toEqual([{ KEY: "sk-1" }, { KEY: "sk-2" }]);
		expect(agent.standing.unservedVariables).toEqual(new Set());
	});
});
