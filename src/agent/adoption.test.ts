import { describe, expect, test } from "vitest";
import {
	agentBench,
	awayError,
	AZURE,
	AZURE_FILE,
	fileUnit,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";

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
