import { describe, expect, test } from "vitest";
import {
	agentBench,
	awayError,
	AZURE,
	AZURE_FILE,
	type BenchOptions,
	COMMAND,
	deniedError,
	fileUnit,
	INTERVAL,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { AgentError, ExitCode } from "../kernel/mod.ts";
import type { Unit } from "./mod.ts";

const HOUR = 3_600_000;

const FILES = [
	fileUnit("/out/openai", KEY_FILE, { onChange: COMMAND }),
	fileUnit("/out/azure", AZURE_FILE, { onChange: COMMAND }),
];

/** One secret is there, the other is not. */
function bench(units: readonly Unit[] = FILES, options: BenchOptions = {}) {
	const made = agentBench(units, { withChild: false, waitsForMissing: true, ...options });
	made.secrets.put(OPENAI, { api_key: "sk-1" });
	return made;
}

/** What the work has come to. */
function outcomeOf(work: Promise<unknown>) {
	let outcome: unknown = "it goes on";
	work.then(
		() => (outcome = "done"),
		(error: unknown) => (outcome = error),
	);
	return () => outcome;
}

describe("a start that waits for what is missing", () => {
	test("delivers the rest at once, tells of it, and delivers the missing when it is written", async () => {
		const { start, clock, memory, notices, secrets, nextPoll, log } = bench();

		const { started, complete } = start();
		await clock.advance(0);
		await started;
		const outcome = outcomeOf(complete);
		await clock.advance(HOUR);

		expect([memory.files, notices, outcome()]).toEqual([{ "/out/openai": "sk-1" }, ["reload"], "it goes on"]);
		expect(log.lines.find(({ event }) => event === "rendered")).toMatchObject({ files: ["/out/openai"] });
		secrets.put(AZURE, { api_key: "az-1" });
		await nextPoll();
		expect(memory.files).toEqual({ "/out/openai": "sk-1", "/out/azure": "az-1" });
		expect([notices, outcome()]).toEqual([["reload", "reload"], "done"]);
	});

	test("goes on with what stands meanwhile", async () => {
		const { start, clock, memory, secrets, nextPoll } = bench();
		start();
		await clock.advance(HOUR);

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/openai": "sk-2" });
	});

	test("reads it by the interval, and says so once and then ever more seldom", async () => {
		const { start, clock, secrets, log } = bench();

		start();
		await clock.advance(HOUR);

		const reads = secrets.reads.filter((path) => path === AZURE).length;
		expect(reads).toBeGreaterThan(0.8 * (HOUR / INTERVAL));
		expect(reads).toBeLessThan(1.3 * (HOUR / INTERVAL));
		expect(log.of("render failed")).toEqual([expect.stringMatching(/^\/out\/azure: .*; it is waited for$/)]);
		expect(log.of("waiting").length).toBeLessThan(10);
		expect(log.of("waiting")[0]).toContain(AZURE);
	});

	test.each([
		["permission", { denied: true, fields: {} }],
		["field", { denied: false, fields: { other: "az-1" } }],
	])("waits for a %s as well, with a back-off", async (_, { denied, fields }) => {
		const { start, clock, memory, secrets } = bench();
		secrets.put(AZURE, fields);
		if (denied) secrets.fail(AZURE, deniedError(AZURE));

		start();
		await clock.advance(HOUR);

		expect(memory.files).toEqual({ "/out/openai": "sk-1" });
		expect(secrets.reads.filter((path) => path === AZURE).length).toBeLessThan(1.3 * (HOUR / INTERVAL));
		secrets.heal();
		secrets.put(AZURE, { api_key: "az-2" });
		await clock.advance(61_000);
		expect(memory.files["/out/azure"]).toBe("az-2");
	});

	test("delivers nothing while Vault is away for something else", async () => {
		const { start, clock, memory, secrets } = bench();
		secrets.fail(OPENAI, awayError());

		start();
		await clock.advance(HOUR);

		expect(memory.files).toEqual({});
	});

	test("ends for a login that is refused", async () => {
		const { start, clock, secrets } = bench();
		const refused = new AgentError("refused", { code: "E_LOGIN_REFUSED", exitCode: ExitCode.loginRefused });
		secrets.fail("*", refused);

		const outcome = outcomeOf(start().started);
		await clock.advance(1000);

		expect(outcome()).toBe(refused);
	});

	test("ends when it has lasted for as long as the config bears it", async () => {
		const { start, clock } = bench(FILES, { giveUpAfterMs: 300_000 });

		const outcome = outcomeOf(start().running);
		await clock.advance(290_000);
		expect(outcome()).toBe("it goes on");
		await clock.advance(15_000);

		expect(outcome()).toMatchObject({ code: "E_SECRET_MISSING", exitCode: ExitCode.missing });
	});

	test("ends at once where it does not wait", async () => {
		const { start, clock, memory } = bench(FILES, { waitsForMissing: false });

		const outcome = outcomeOf(start().started);
		await clock.advance(0);

		expect(outcome()).toMatchObject({ code: "E_SECRET_MISSING", exitCode: ExitCode.missing });
		expect(memory.files).toEqual({});
	});
});

describe("a child that something is missing for", () => {
	const units = [
		fileUnit("/out/openai", KEY_FILE, { onChange: { kind: "signal", signal: "SIGHUP" } }),
		variableUnit("OPENAI_API_KEY", OPENAI),
		variableUnit("AZURE_API_KEY", AZURE),
	];

	test("starts once everything stands, with the newest of it, and is not told of what was before", async () => {
		const { start, clock, memory, secrets, supervisor, nextPoll, log } = bench(units, { withChild: true });
		const { complete } = start();
		await clock.advance(HOUR);
		expect([memory.files, supervisor.starts]).toEqual([{ "/out/openai": "sk-1" }, []]);
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect([memory.files, supervisor.starts]).toEqual([{ "/out/openai": "sk-2" }, []]);

		secrets.put(AZURE, { api_key: "az-1" });
		await nextPoll();
		await complete;
		await clock.advance(HOUR);

		const env = { OPENAI_API_KEY: "sk-2", AZURE_API_KEY: "az-1" };
		expect(supervisor.starts).toEqual([{ env, files: { "/out/openai": "sk-2" } }]);
		expect([supervisor.signals, log.of("notification failed")]).toEqual([[], []]);
	});

	test("in rolling finds its own port in files that were written before", async () => {
		const port = fileUnit("/out/port", `{{port}} ${KEY_FILE}`);
		const { start, clock, secrets, rolling, nextPoll, memory } = bench(
			[port, variableUnit("AZURE_API_KEY", AZURE)],
			{ withChild: "rolling" },
		);
		start();
		await clock.advance(HOUR);
		const before = memory.files["/out/port"];

		secrets.put(AZURE, { api_key: "az-1" });
		await nextPoll();

		expect(before).toMatch(/^\d+ sk-1$/);
		expect(rolling.starts.map(({ files }) => files)).toEqual([{ "/out/port": before }]);
	});
});

describe("a config that is read anew", () => {
	const newcomer = fileUnit("/out/new", `{{#secret "secret/data/new"}}{{api_key}}{{/secret}}`);

	async function adopting(made: ReturnType<typeof bench>, units: readonly Unit[], waitsForMissing: boolean) {
		const outcome = outcomeOf(made.agent.adopt({ ...made.plan(units), waitsForMissing }));
		await made.clock.advance(0);
		return outcome();
	}

	test("may name something else that is missing while a start waits, and lets go what is wanted no more", async () => {
		const made = bench();
		const { complete } = made.start();
		await made.clock.advance(HOUR);

		expect(await adopting(made, [...FILES, newcomer], true)).toBe("done");
		expect(await adopting(made, FILES.slice(0, 1), false)).toBe("done");

		await complete;
	});

	test("does not make a child go without, nor a start wait that ends for it", async () => {
		const ofChild = bench(FILES.slice(0, 1), { withChild: true });
		await ofChild.run();
		const strict = bench();
		strict.start();
		await strict.clock.advance(HOUR);

		expect(await adopting(ofChild, [...FILES.slice(0, 1), newcomer], true)).toMatchObject({
			code: "E_SECRET_MISSING",
		});
		expect(await adopting(strict, [...FILES, newcomer], false)).toMatchObject({ code: "E_SECRET_MISSING" });
	});
});
