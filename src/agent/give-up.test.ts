import { describe, expect, test } from "vitest";
import {
	agentBench,
	AZURE,
	AZURE_FILE,
	awayError,
	type BenchOptions,
	deniedError,
	fileUnit,
	KEY_FILE,
	OPENAI,
} from "../../test/support/agent-bench.ts";
import { AgentError, ExitCode } from "../kernel/mod.ts";

const LONGEST = 5 * 60_000;
const DAY = 24 * 3_600_000;

const refused = () =>
	new AgentError("Vault refused the login", { code: "E_LOGIN_REFUSED", exitCode: ExitCode.loginRefused });

/** What the agent ends with, if it has by now. */
function endOf(work: Promise<unknown>) {
	let end: unknown = "it goes on";
	work.then(
		() => (end = "it has ended by itself"),
		(error: unknown) => (end = error),
	);
	return () =>
		end instanceof AgentError ? { code: end.code, exit: end.exitCode, message: end.message } : end;
}

function bench(options: BenchOptions = {}) {
	const made = agentBench(
		[fileUnit("/out/a", KEY_FILE), fileUnit("/out/b", AZURE_FILE, { required: false })],
		{ giveUpAfterMs: LONGEST, ...options },
	);
	made.secrets.put(OPENAI, { api_key: "sk-1" });
	made.secrets.put(AZURE, { api_key: "az-1" });
	return made;
}

describe("an agent that gives up", () => {
	test("at the start, when what is required has failed for so long, with that error", async () => {
		const { secrets, start, clock } = bench();
		secrets.fail(OPENAI, awayError());

		const end = endOf(start().running);
		await clock.advance(LONGEST - 1000);
		expect(end()).toBe("it goes on");
		await clock.advance(2000);

		expect(end()).toEqual({
			code: "E_VAULT_UNREACHABLE",
			exit: 5,
			message: "gave up after 5m; Vault is away (connect refused)",
		});
	});

	test("after days as well, from the first failure on, though the last good file stands", async () => {
		const { secrets, run, clock, memory } = bench();
		const end = endOf((await run()).running);
		await clock.advance(DAY);
		secrets.fail(OPENAI, awayError());

		await clock.advance(LONGEST);
		expect(end()).toBe("it goes on");
		await clock.advance(30_000);

		expect(end()).toMatchObject({ code: "E_VAULT_UNREACHABLE" });
		expect(memory.files["/out/a"]).toBe("sk-1");
	});

	test("never for faults that pass in time", async () => {
		const { secrets, run, clock } = bench();
		const end = endOf((await run()).running);

		for (let outage = 0; outage < 5; outage++) {
			secrets.fail("*", awayError());
			await clock.advance(LONGEST - 60_000);
			secrets.heal();
			await clock.advance(2 * 60_000);
		}

		expect(end()).toBe("it goes on");
	});

	test("at once where waiting mends nothing, also when it runs", async () => {
		const { secrets, run, clock } = bench();
		const end = endOf((await run()).running);
		await clock.advance(DAY);
		secrets.put(OPENAI, { other: "sk-2" });

		await clock.advance(20_000);

		expect(end()).toMatchObject({ code: "E_FIELD_MISSING", exit: ExitCode.missing });
	});

	test("at once where a read is refused", async () => {
		const { secrets, run, clock } = bench();
		const end = endOf((await run()).running);
		secrets.fail(OPENAI, deniedError(OPENAI));

		await clock.advance(20_000);

		expect(end()).toMatchObject({ code: "E_PERMISSION_DENIED" });
	});

	test("not for what is optional", async () => {
		const { secrets, run, clock } = bench();
		const end = endOf((await run()).running);
		secrets.fail(AZURE, deniedError(AZURE));

		await clock.advance(DAY);

		expect(end()).toBe("it goes on");
	});

	test("not at once for a login that others may mend, where it waits for such", async () => {
		const { secrets, run, clock } = bench({ waitsForLogin: true });
		const end = endOf((await run()).running);
		secrets.fail("*", refused());

		await clock.advance(LONGEST - 30_000);
		expect(end()).toBe("it goes on");
		await clock.advance(90_000);

		expect(end()).toMatchObject({ code: "E_LOGIN_REFUSED", exit: ExitCode.loginRefused });
	});

	test("only as long as the config says so", async () => {
		const { agent, secrets, run, clock, plan } = bench();
		const end = endOf((await run()).running);
		const adopted = agent.adopt(plan([fileUnit("/out/a", KEY_FILE)]));
		await clock.advance(0);
		await adopted;
		secrets.fail("*", awayError());

		await clock.advance(DAY);
		expect(end()).toBe("it goes on");
	});
});

test("an agent that does not give up goes on through anything", async () => {
	const { secrets, run, clock } = agentBench([fileUnit("/out/a", KEY_FILE)]);
	secrets.put(OPENAI, { api_key: "sk-1" });
	const end = endOf((await run()).running);
	secrets.fail("*", deniedError(OPENAI));

	await clock.advance(DAY);

	expect(end()).toBe("it goes on");
});
