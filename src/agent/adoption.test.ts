import { describe, expect, test } from "vitest";
import {
	agentBench,
	awayError,
	AZURE,
	AZURE_FILE,
	COMMAND,
	fileUnit,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { noSpace } from "../../test/support/memory-fs.ts";

const RESTART = { kind: "restart" } as const;

describe("when the config is read anew", () => {
	const AZURE_UNIT = fileUnit("/out/azure", AZURE_FILE);

	test("other templates are swapped in whole, and what stays is not read again", async () => {
		const { agent, secrets, run, memory, clock, plan } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();
		const readsBefore = secrets.reads.length;

		const adopted = agent.adopt(plan([fileUnit("/out/openai", `key: ${KEY_FILE}`), AZURE_UNIT]));
		await clock.advance(0);

		await adopted;
		await clock.advance(0);
		expect(memory.files).toEqual({ "/out/openai": "key: sk-1", "/out/azure": "az-1" });
		expect(secrets.reads.slice(readsBefore)).toEqual([AZURE]);
	});

	test("a template that does not render leaves everything as it was, and the old one goes on", async () => {
		const { agent, secrets, run, memory, clock, nextPoll, plan } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { other: "az-1" });
		await run();

		const refusal = expect(
			agent.adopt(plan([fileUnit("/out/openai", `key: ${KEY_FILE}`), AZURE_UNIT])),
		).rejects.toMatchObject({ code: "E_FIELD_MISSING" });
		await clock.advance(0);

		await refusal;
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect(memory.files).toEqual({ "/out/openai": "sk-2" });
	});

	test("a template that failed before, and stands with its last good text, does not stop another's change", async () => {
		const { agent, secrets, run, memory, clock, nextPoll, plan } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			AZURE_UNIT,
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();
		secrets.delete(AZURE);
		await nextPoll();

		const adopted = agent.adopt(plan([fileUnit("/out/openai", `key: ${KEY_FILE}`), AZURE_UNIT]));
		await clock.advance(0);

		await adopted;
		await clock.advance(0);
		expect(memory.files).toEqual({ "/out/openai": "key: sk-1", "/out/azure": "az-1" });
	});

	test("a template that becomes required and has never been rendered is refused", async () => {
		const extra = (required: boolean) => fileUnit("/out/azure", AZURE_FILE, { required });
		const { agent, secrets, run, clock, plan } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			extra(false),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		const refusal = expect(
			agent.adopt(plan([fileUnit("/out/openai", KEY_FILE), extra(true)])),
		).rejects.toMatchObject({ code: "E_SECRET_MISSING" });
		await clock.advance(0);

		await refusal;
	});

	test("a child that is to be run in another way is started anew, with the same values", async () => {
		const { agent, secrets, run, clock, supervisor, plan } = agentBench([variableUnit("KEY", OPENAI)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		const childTerms = { environment: () => ({ KEY: "sk-1", MODE: "new" }) };

		const adopted = agent.adopt({ ...plan([variableUnit("KEY", OPENAI)]), childTerms });
		await clock.advance(0);

		await adopted;
		await clock.advance(0);
		expect(supervisor.starts.map(({ env }) => env)).toEqual([{ KEY: "sk-1" }, { KEY: "sk-1", MODE: "new" }]);
	});

	test("terms for the next child start none, and hold when there is one", async () => {
		const { agent, secrets, run, nextPoll, clock, supervisor, plan } = agentBench([
			variableUnit("KEY", OPENAI),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		const childTerms = { environment: () => ({ MODE: "new" }) };

		const units = [variableUnit("KEY", OPENAI)];
		const adopted = agent.adopt({ ...plan(units), childTerms, isForNextChild: true });
		await clock.advance(0);
		await adopted;
		await clock.advance(0);
		const before = supervisor.starts.length;
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(before).toBe(1);
		expect(supervisor.starts.map(({ env }) => env)).toEqual([{ KEY: "sk-1" }, { MODE: "new" }]);
	});

	test("equal templates change nothing: no file, no restart", async () => {
		const { agent, secrets, run, memory, clock, supervisor, plan } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: RESTART }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		const inode = memory.inode("/out/openai");

		const adopted = agent.adopt(plan([fileUnit("/out/openai", KEY_FILE, { onChange: RESTART })]));
		await clock.advance(0);

		await adopted;
		await clock.advance(0);
		expect(memory.inode("/out/openai")).toBe(inode);
		expect(supervisor.starts).toHaveLength(1);
	});

	test("a folder that cannot be looked through ends nothing", async () => {
		const { agent, secrets, run, memory, clock, log, plan } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		memory.gate = async (call) => {
			if (call === "readdir") throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
			await Promise.resolve();
		};

		const adopted = agent.adopt(plan([fileUnit("/out/openai", `key: ${KEY_FILE}`)]));
		await clock.advance(0);

		await adopted;
		await clock.advance(0);
		expect(memory.files).toEqual({ "/out/openai": "key: sk-1" });
		expect(log.of("delivery failed")).toEqual([
			"cannot read /out: the agent has too many files open; what a run that died has left there stays",
		]);
	});

	test("a file that was changed by a delivery that failed is told of all the same", async () => {
		const units = [
			fileUnit("/out/a", KEY_FILE, { onChange: COMMAND }),
			fileUnit("/out/b", KEY_FILE, { onChange: COMMAND }),
		];
		const { agent, secrets, run, memory, clock, nextPoll, notices, plan } = agentBench(units);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		const told = notices.length;
		let isFull = false;
		memory.onWrite = (path) => {
			isFull ||= path === "/out/b";
			if (isFull) noSpace();
		};
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		expect(memory.files).toEqual({ "/out/a": "sk-2", "/out/b": "sk-1" });

		memory.onWrite = () => undefined;
		const adopted = agent.adopt(plan([fileUnit("/out/a", KEY_FILE, { onChange: COMMAND })]));
		await clock.advance(0);

		await adopted;
		await clock.advance(0);
		expect(notices).toHaveLength(told + 1);
	});

	test("a child that is being started finds its files, though what looks left over is swept", async () => {
		const units = [fileUnit("/out/gw", "{{port}}"), variableUnit("KEY", OPENAI)];
		const { agent, secrets, run, memory, clock, rolling, log, plan } = agentBench(units, {
			withChild: "rolling",
		});
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		const disk = Promise.withResolvers<void>();
		memory.gate = (call) => (call === "rename" ? disk.promise : Promise.resolve());
		const revived = rolling.revive();
		await clock.advance(0);

		const adopted = agent.adopt(plan(units));
		await clock.advance(0);
		disk.resolve();
		await clock.advance(0);

		await Promise.all([revived, adopted]);
		expect(rolling.starts[1]).toMatchObject({ port: 41_002, files: { "/out/gw": "41002" } });
		expect(log.of("delivery failed")).toEqual([]);
	});

	test("a start that waits takes the newer templates", async () => {
		const { agent, secrets, start, memory, clock, plan } = agentBench([AZURE_UNIT]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.fail(AZURE, awayError());
		const { started } = start();
		await clock.advance(1000);

		const adopted = agent.adopt(plan([fileUnit("/out/openai", KEY_FILE)]));
		await clock.advance(60_000);

		await adopted;
		await started;
		expect(memory.files).toEqual({ "/out/openai": "sk-1" });
	});
});
