import { describe, expect, test } from "vitest";
import {
	agentBench,
	awayError,
	AZURE,
	AZURE_FILE,
	COMMAND,
	deniedError,
	fileUnit,
	INTERVAL,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { noSpace } from "../../test/support/memory-fs.ts";
import { AgentError } from "../kernel/mod.ts";
import type { Unit } from "./mod.ts";

const RESTART = { kind: "restart" } as const;
const SIGNAL = { kind: "signal", signal: "SIGHUP" } as const;
const HTTP = { kind: "http", url: "http://127.0.0.1:1/reload", method: "POST", timeoutMs: 1000 } as const;
const HOUR = 3_600_000;
const failed = new AgentError("reload failed: exit 1", { code: "E_NOT_NOTIFIED", remedy: "retry" });

describe("at the first start", () => {
	test("no file stands and no child runs before everything that is required can be read", async () => {
		const { secrets, start, clock, memory, supervisor, agent } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			variableUnit("AZURE_KEY", AZURE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		secrets.fail(AZURE, awayError());

		const { started } = start();
		await clock.advance(10 * 60_000);
		expect(memory.files).toEqual({});
		expect(supervisor.starts).toEqual([]);
		expect(agent.waitingFor?.words).toBe("AZURE_KEY: Vault is away (connect refused)");

		secrets.heal();
		await clock.advance(61_000);
		await started;
		expect(memory.files).toEqual({ "/out/openai": "sk-1" });
		expect(supervisor.starts).toEqual([{ env: { AZURE_KEY: "az-1" }, files: memory.files }]);
		expect(agent.waitingFor).toBeUndefined();
	});

	test("no child is started by an agent that is told to end while it delivers", async () => {
		const { secrets, start, clock, memory, supervisor, stop } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		memory.onWrite = () => stop.abort(new Error("stopped by SIGTERM"));

		const refusal = expect(start().started).rejects.toThrow("stopped by SIGTERM");
		await clock.advance(0);

		await refusal;
		expect(supervisor.starts).toEqual([]);
	});

	test("what it waits for is said now and then, not at every try", async () => {
		const { secrets, start, clock, log } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.fail("*", awayError());

		start();
		await clock.advance(5 * 60_000);

		const lines = log.of("waiting");
		expect(lines[0]).toBe("/out/openai: Vault is away (connect refused); trying again");
		expect(lines.length).toBeGreaterThan(4);
		expect(lines.length).toBeLessThanOrEqual(31);
		expect(log.of("render failed")).toEqual([]);
	});

	test.each([
		["a secret that is not there", {}, "no secret is at secret/data/llm/openai", "E_SECRET_MISSING"],
		[
			"a field that is not there",
			{ key: "x" },
			`field "api_key" is not in ${OPENAI} (version 1)`,
			"E_FIELD_MISSING",
		],
	])("%s ends it at once, with nothing written", async (...[, fields, message, code]) => {
		const { secrets, start, clock, memory, supervisor } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		if ("key" in fields) secrets.put(OPENAI, fields);

		const outcome = expect(start().started).rejects.toMatchObject({ message, code, exitCode: 4 });
		await clock.advance(0);

		await outcome;
		expect(memory.files).toEqual({});
		expect(supervisor.starts).toEqual([]);
	});

	test("everything that is missing is named at once, the first by the error and the others by the log", async () => {
		const { secrets, start, clock, log } = agentBench([
			fileUnit("/out/both", KEY_FILE + AZURE_FILE),
			fileUnit("/out/field", '{{#secret "secret/data/x"}}{{nope}}{{/secret}}'),
		]);
		secrets.fail(OPENAI, deniedError(OPENAI));
		secrets.fail(AZURE, deniedError(AZURE));
		secrets.put("secret/data/x", { other: "x" });

		const outcome = expect(start().started).rejects.toMatchObject({
			message: `permission denied on ${OPENAI} (403)`,
		});
		await clock.advance(0);

		await outcome;
		expect(log.of("read failed")).toEqual([
			`permission denied on ${AZURE} (403)`,
			'field "nope" is not in secret/data/x (version 1)',
		]);
	});

	test("a permission that is missing ends it at once", async () => {
		const { secrets, start, clock } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.fail(OPENAI, deniedError(OPENAI));

		const outcome = expect(start().started).rejects.toMatchObject({ code: "E_PERMISSION_DENIED" });
		await clock.advance(0);
		await outcome;
	});

	describe("whose login is refused", () => {
		const refused = new AgentError("Vault refused the login", { code: "E_LOGIN_REFUSED", exitCode: 3 });

		test("ends at once where somebody waits for the result", async () => {
			const { secrets, start, clock } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
			secrets.fail("*", refused);

			const outcome = expect(start().started).rejects.toBe(refused);
			await clock.advance(0);
			await outcome;
		});

		test("is waited for in a sidecar, until it works", async () => {
			const bench = agentBench([fileUnit("/out/openai", KEY_FILE)], { waitsForLogin: true });
			const { secrets, start, clock, log, memory } = bench;
			secrets.put(OPENAI, { api_key: "sk-1" });
			secrets.fail("*", refused);
			const { started } = start();

			await clock.advance(60_000);
			expect(log.of("waiting").length).toBeGreaterThan(1);
			secrets.heal();
			await clock.advance(60_000);

			await started;
			expect(memory.files).toEqual({ "/out/openai": "sk-1" });
		});

		test("is not waited for when something else is wrong for good", async () => {
			const units = [fileUnit("/out/azure", AZURE_FILE), fileUnit("/out/openai", KEY_FILE)];
			const { secrets, start, clock } = agentBench(units, { waitsForLogin: true });
			secrets.fail(AZURE, refused);
			secrets.fail(OPENAI, deniedError(OPENAI));

			const outcome = expect(start().started).rejects.toMatchObject({ code: "E_PERMISSION_DENIED" });
			await clock.advance(0);
			await outcome;
		});
	});

	test("an optional unit holds nothing up, and comes later", async () => {
		const { secrets, run, nextPoll, memory, supervisor, log } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			fileUnit("/out/azure", AZURE_FILE, { required: false }),
			variableUnit("AZURE_KEY", AZURE, false),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });

		await run();
		expect(memory.files).toEqual({ "/out/openai": "sk-1" });
		expect(supervisor.starts.map(({ env }) => env)).toEqual([{}]);
		expect(log.of("render failed")).toContain(
			"/out/azure: no secret is at secret/data/llm/azure; it is left out",
		);

		secrets.put(AZURE, { api_key: "az-1" });
		await nextPoll();
		expect(memory.files).toEqual({ "/out/openai": "sk-1", "/out/azure": "az-1" });
		expect(supervisor.starts.map(({ env }) => env)).toEqual([{}, { AZURE_KEY: "az-1" }]);
	});

	test("each distinct path is read once, whatever uses it", async () => {
		const { secrets, run } = agentBench([
			fileUnit("/out/a", KEY_FILE),
			fileUnit("/out/b", KEY_FILE + AZURE_FILE),
			variableUnit("KEY", OPENAI),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });

		await run();

		expect(secrets.reads).toEqual([OPENAI, AZURE]);
	});

	test("nobody is turned over but who needs to be told, and the child only started", async () => {
		const { secrets, run, notices, supervisor, memory } = agentBench([
			fileUnit("/out/a", KEY_FILE, { onChange: SIGNAL }),
			fileUnit("/out/b", KEY_FILE, { onChange: RESTART }),
			fileUnit("/out/c", KEY_FILE, { onChange: COMMAND }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });

		await run();

		expect([supervisor.starts.length, supervisor.signals.length]).toEqual([1, 0]);
		expect(notices).toEqual(["reload"]);
		expect(memory.hidden).toEqual([]);
	});
});

describe("a change", () => {
	const units = () => [
		fileUnit("/out/openai", KEY_FILE, { onChange: RESTART }),
		fileUnit("/out/both", `${KEY_FILE} ${AZURE_FILE}`, { onChange: RESTART }),
		variableUnit("KEY", OPENAI),
		variableUnit("AZURE_KEY", AZURE),
	];

	test("of everything at once makes one generation and one restart, with all of it in place", async () => {
		const { secrets, run, nextPoll, memory, supervisor, log } = agentBench(units());
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/openai": "sk-2", "/out/both": "sk-2 az-2" });
		expect(supervisor.starts.slice(1)).toEqual([
			{ env: { KEY: "sk-2", AZURE_KEY: "az-2" }, files: memory.files },
		]);
		expect(log.of("rendered")[1]).toBe(`generation 2: 2 files, 2 variables (${OPENAI} v2, ${AZURE} v2)`);
	});

	test("that is none leaves files, child and generation as they are, for hours", async () => {
		const { secrets, run, clock, memory, supervisor, log } = agentBench(units());
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();
		const inode = memory.inode("/out/openai");

		await clock.advance(HOUR);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await clock.advance(HOUR);

		expect(memory.inode("/out/openai")).toBe(inode);
		expect(supervisor.starts).toHaveLength(1);
		expect(log.of("rendered")).toHaveLength(1);
		expect(log.of("rotation")).toEqual([`${OPENAI} v1 → v2`]);
	});

	test("of one path renders only what uses it", async () => {
		const { secrets, run, nextPoll, supervisor, memory } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: SIGNAL }),
			fileUnit("/out/azure", AZURE_FILE, { onChange: COMMAND }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();
		const inode = memory.inode("/out/azure");

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(supervisor.signals).toEqual(["SIGHUP"]);
		expect(supervisor.starts).toHaveLength(1);
		expect(memory.inode("/out/azure")).toBe(inode);
	});

	test("with a restart makes a signal for the same child superfluous", async () => {
		const { secrets, run, nextPoll, supervisor } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: SIGNAL }),
			variableUnit("KEY", OPENAI),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect([supervisor.starts.length, supervisor.signals.length]).toEqual([2, 0]);
	});

	test("shows no value in any line, however it goes", async () => {
		const { secrets, run, nextPoll, clock, memory, log, faults, supervisor } = agentBench([
			...units(),
			fileUnit("/out/told", KEY_FILE, { onChange: COMMAND }),
		]);
		secrets.put(OPENAI, { api_key: "canary-1" });
		secrets.put(AZURE, { api_key: "canary-2" });
		await run();

		supervisor.outcome = "put-back";
		faults.set("reload", failed);
		secrets.put(OPENAI, { api_key: "canary-3" });
		await nextPoll();
		memory.onWrite = noSpace;
		secrets.put(AZURE, { other: "canary-4" });
		secrets.put(OPENAI, { api_key: "canary-5" });
		await nextPoll();
		secrets.fail("*", awayError());
		await clock.advance(HOUR);

		const events = new Set(log.lines.map(({ event }) => event));
		expect([...events]).toEqual(
			expect.arrayContaining(["rendered", "rotation", "render failed", "delivery failed", "read failed"]),
		);
		expect(JSON.stringify(log.lines)).not.toContain("canary");
	});
});

describe("a unit that cannot be rendered", () => {
	test("keeps its last good file, is said once, and holds nobody else up", async () => {
		const { secrets, run, clock, nextPoll, memory, log } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			fileUnit("/out/azure", AZURE_FILE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();

		secrets.put(OPENAI, { renamed: "sk-2" });
		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();
		await clock.advance(HOUR);

		expect(memory.files).toEqual({ "/out/openai": "sk-1", "/out/azure": "az-2" });
		expect(log.of("render failed")).toEqual([
			`/out/openai: field "api_key" is not in ${OPENAI} (version 2); its last good version stays`,
		]);
	});

	test("is rendered as soon as the secret is mended", async () => {
		const { secrets, run, nextPoll, memory } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		secrets.put(OPENAI, { renamed: "sk-2" });
		await nextPoll();

		secrets.put(OPENAI, { api_key: "sk-3" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/openai": "sk-3" });
	});
});

describe("a secret that is deleted", () => {
	test.each([
		["keep", { "/out/openai": "sk-1" }, []],
		["remove", {}, ["SIGHUP"]],
	] as const)("with on_deleted: %s", async (onDeleted, files, signals) => {
		const { secrets, run, nextPoll, memory, supervisor } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onDeleted, onChange: SIGNAL }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		secrets.delete(OPENAI);
		await nextPoll();
		expect(memory.files).toEqual(files);
		expect(supervisor.signals).toEqual(signals);

		secrets.put(OPENAI, { api_key: "sk-3" });
		await nextPoll();
		expect(memory.files).toEqual({ "/out/openai": "sk-3" });
	});

	test("and comes back with other fields does not bring its old file back", async () => {
		const { secrets, run, nextPoll, memory } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onDeleted: "remove" }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		secrets.delete(OPENAI);
		await nextPoll();

		secrets.put(OPENAI, { renamed: "sk-2" });
		await nextPoll();

		expect(memory.files).toEqual({});
	});

	test("is not what an outage looks like: the file stays, also with on_deleted: remove", async () => {
		const { secrets, run, clock, memory } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onDeleted: "remove" }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		secrets.fail("*", awayError());
		await clock.advance(HOUR);
		secrets.fail("*", deniedError(OPENAI));
		await clock.advance(HOUR);

		expect(memory.files).toEqual({ "/out/openai": "sk-1" });
	});
});

describe("an outage", () => {
	test("of an hour changes no file and no child; it is said once, then seldom, then that it is over", async () => {
		const { secrets, run, clock, memory, supervisor, log } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: RESTART }),
			fileUnit("/out/azure", AZURE_FILE, { onChange: RESTART }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();
		const inode = memory.inode("/out/openai");

		secrets.fail("*", awayError());
		await clock.advance(HOUR);

		const lines = log.of("read failed");
		expect(lines[0]).toMatch(/^Vault is away \(connect refused\); serving generation 1, next try in /);
		expect(lines.length).toBeGreaterThan(4);
		expect(lines.length).toBeLessThan(10);
		expect(lines.at(-1)).toMatch(/, for (\d+m|1h); serving generation 1/);
		expect(memory.inode("/out/openai")).toBe(inode);
		expect(supervisor.starts).toHaveLength(1);

		secrets.heal();
		secrets.put(AZURE, { api_key: "az-2" });
		await clock.advance(61_000);
		expect(memory.files).toEqual({ "/out/openai": "sk-1", "/out/azure": "az-2" });
		expect(memory.inode("/out/openai")).toBe(inode);
		expect(log.of("recovered")).toHaveLength(1);
		expect(log.of("recovered")[0]).toMatch(/^Vault is back after 1h/);
	});

	test("of one path is said of that path, and costs no request on others", async () => {
		const { secrets, run, clock, log } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			fileUnit("/out/azure", AZURE_FILE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();

		secrets.fail(OPENAI, deniedError(OPENAI));
		const before = secrets.reads.filter((path) => path === AZURE).length;
		await clock.advance(HOUR);
		secrets.heal();
		await clock.advance(61_000);

		expect(secrets.reads.filter((path) => path === AZURE).length - before).toBeLessThanOrEqual(
			(HOUR + 61_000) / (0.9 * INTERVAL) + 2,
		);
		expect(log.of("recovered")).toEqual([expect.stringContaining(`${OPENAI} can be read again after`)]);
	});

	test("no error of any read ends the agent", async () => {
		const { secrets, run, clock, stop } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		const { running } = await run();
		let ended = false;
		const noteEnd = () => {
			ended = true;
		};
		running.then(noteEnd, noteEnd);

		for (const error of [awayError(), deniedError(OPENAI), failed]) {
			secrets.fail(OPENAI, error);
			await clock.advance(HOUR);
		}

		expect(stop.signal.aborted).toBe(false);
		expect(ended).toBe(false);
	});
});

describe("refresh()", () => {
	test("reads everything at once, and mends what was changed on the disk", async () => {
		const { agent, secrets, run, clock, memory, supervisor } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: SIGNAL }),
			fileUnit("/out/azure", AZURE_FILE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();
		await memory.fs.unlink("/out/openai");
		secrets.put(AZURE, { api_key: "az-2" });

		agent.refresh();
		await clock.advance(1);

		expect(memory.files).toEqual({ "/out/openai": "sk-1", "/out/azure": "az-2" });
		expect(supervisor.signals).toEqual(["SIGHUP"]);
		expect(supervisor.starts).toHaveLength(1);
	});

	test("that finds nothing new does nothing", async () => {
		const { agent, secrets, run, clock, supervisor, log } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: RESTART }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();

		agent.refresh();
		await clock.advance(1);

		expect(secrets.reads).toHaveLength(2);
		expect(supervisor.starts).toHaveLength(1);
		expect(log.of("rendered")).toHaveLength(1);
	});
});

describe("a delivery that fails", () => {
	test("turns nothing over and is tried again until it succeeds, without reading more", async () => {
		const { secrets, run, nextPoll, clock, memory, supervisor, log } = agentBench([
			fileUnit("/out/a", KEY_FILE, { onChange: RESTART }),
			fileUnit("/out/b", KEY_FILE, { onChange: COMMAND }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		memory.onWrite = noSpace;

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		await clock.advance(10 * 60_000);
		expect(memory.files).toEqual({ "/out/a": "sk-1", "/out/b": "sk-1" });
		expect(supervisor.starts).toHaveLength(1);
		expect(log.of("delivery failed")[0]).toMatch(
			/^cannot write \/out\/a: the disk is full; nothing is turned over, trying again in /,
		);
		expect(secrets.reads.length).toBeLessThan(55);

		memory.onWrite = () => {};
		await clock.advance(31_000);
		expect(memory.files).toEqual({ "/out/a": "sk-2", "/out/b": "sk-2" });
		expect(supervisor.starts).toHaveLength(2);
	});
});

describe("a notification that fails", () => {
	test.each([
		["a command", COMMAND, "reload"],
		["a call", HTTP, HTTP.url],
	])("(%s) is tried again until it has happened, and causes no read", async (_what, onChange, name) => {
		const { secrets, run, nextPoll, clock, notices, faults, memory, log } = agentBench([
			fileUnit("/out/a", KEY_FILE, { onChange }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		faults.set(name, failed);
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		const reads = secrets.reads.length;

		await clock.advance(HOUR);
		expect(secrets.reads.length - reads).toBeLessThan(HOUR / (0.9 * INTERVAL) + 2);
		expect(notices.length).toBeGreaterThan(60);
		expect(notices.length).toBeLessThan(200);
		expect(memory.hidden).toEqual(["/out/.a.keyturn-notify"]);
		expect(log.of("notification failed")[0]).toContain("trying again until it has happened");

		faults.clear();
		await clock.advance(61_000);
		const tries = notices.length;
		expect(memory.hidden).toEqual([]);
		await clock.advance(HOUR);
		expect(notices).toHaveLength(tries);
	});

	test("is no less failed for a newer change that is being told just now", async () => {
		let isHeldUp = false;
		const { agent, secrets, run, nextPoll, faults } = agentBench(
			[fileUnit("/out/a", KEY_FILE, { onChange: COMMAND })],
			{ atNotice: async () => void (isHeldUp && (await new Promise(() => {}))) },
		);
		secrets.put(OPENAI, { api_key: "sk-1" });
		faults.set("reload", failed);
		await run();

		isHeldUp = true;
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		expect(agent.standing.notifications).toEqual({ outstanding: 1, lastFailure: failed });
	});

	test("is made up for by the next agent, though no file has changed since", async () => {
		const units = [
			fileUnit("/out/a", KEY_FILE, { onChange: COMMAND }),
			fileUnit("/out/b", KEY_FILE, { onChange: HTTP }),
		];
		const first = agentBench(units, { withChild: false });
		first.secrets.put(OPENAI, { api_key: "sk-1" });
		first.faults.set("reload", failed);
		await first.run();
		first.stop.abort(new Error("killed"));

		const second = agentBench(units, { withChild: false, memory: first.memory, secrets: first.secrets });
		await second.run();

		expect(second.notices).toEqual(["reload"]);
		expect(second.memory.hidden).toEqual([]);
		expect(second.agent.waitingFor).toBeUndefined();
	});

	test("is remembered although the one before it comes to its end while the new file is written", async () => {
		let told = Promise.resolve();
		const { secrets, run, nextPoll, clock, faults, memory } = agentBench(
			[fileUnit("/out/a", KEY_FILE, { onChange: COMMAND })],
			{ withChild: false, atNotice: () => told },
		);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		const [slow, disk] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		told = slow.promise;
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		memory.gate = (call) => (call === "rename" ? disk.promise : Promise.resolve());
		secrets.put(OPENAI, { api_key: "sk-3" });
		await nextPoll();

		slow.resolve();
		await clock.advance(0);
		faults.set("reload", failed);
		disk.resolve();
		await clock.advance(0);

		expect(memory.files).toEqual({ "/out/a": "sk-3" });
		expect(memory.hidden).toEqual(["/out/.a.keyturn-notify"]);
	});

	test("keeps an init container waiting until it has happened", async () => {
		const { agent, secrets, clock, faults, stop } = agentBench(
			[fileUnit("/out/a", KEY_FILE, { onChange: COMMAND })],
			{ withChild: false },
		);
		secrets.put(OPENAI, { api_key: "sk-1" });
		faults.set("reload", failed);
		await agent.start(stop.signal);
		let isSettled = false;
		const settled = agent.settle(stop.signal).then(() => (isSettled = true));

		await clock.advance(120_000);
		expect(isSettled).toBe(false);
		expect(agent.waitingFor?.words).toContain("failed");

		faults.clear();
		await clock.advance(61_000);
		await settled;
	});

	test("of a signal that no child takes is tried again as well", async () => {
		const { secrets, run, nextPoll, clock, supervisor } = agentBench([
			fileUnit("/out/a", KEY_FILE, { onChange: SIGNAL }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		supervisor.takesSignals = false;
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		supervisor.takesSignals = true;
		await clock.advance(120_000);

		expect(supervisor.signals).toEqual(["SIGHUP"]);
	});
});

/** A running agent whose child could not live with the second key. */
async function rejected(units: readonly Unit[]) {
	const bench = agentBench(units);
	bench.secrets.put(OPENAI, { api_key: "sk-1" });
	bench.secrets.put(AZURE, { api_key: "az-1" });
	await bench.run();
	bench.supervisor.outcome = "put-back";
	bench.secrets.put(OPENAI, { api_key: "sk-2" });
	await bench.nextPoll();
	return bench;
}

describe("a generation that its child could not live with", () => {
	const units = () => [fileUnit("/out/openai", KEY_FILE, { onChange: RESTART }), variableUnit("KEY", OPENAI)];

	test("is put back, files and variables, and said", async () => {
		const { clock, memory, supervisor, log } = await rejected(units());

		await clock.advance(HOUR);

		expect(supervisor.starts.map(({ env }) => env["KEY"])).toEqual(["sk-1", "sk-2", "sk-1"]);
		expect(supervisor.starts.at(-1)?.files).toEqual({ "/out/openai": "sk-1" });
		expect(memory.files).toEqual({ "/out/openai": "sk-1" });
		expect(log.of("rejected")).toHaveLength(1);
	});

	test("is tried once more when somebody asks for everything", async () => {
		const { agent, clock, memory, supervisor } = await rejected(units());

		supervisor.outcome = "turned-over";
		agent.refresh();
		await clock.advance(0);

		expect(memory.files).toEqual({ "/out/openai": "sk-2" });
		expect(supervisor.starts.at(-1)).toEqual({ env: { KEY: "sk-2" }, files: memory.files });
	});

	test("is rejected no more when it stands after all, with its own files", async () => {
		const { agent, clock, memory, supervisor, log } = await rejected(units());
		const before = agent.standing;

		await supervisor.tryAgain();
		await clock.advance(0);

		expect(before).toMatchObject({
			isRejected: true,
			rejectedFiles: ["/out/openai"],
			rejectedVariables: ["KEY"],
		});
		expect(supervisor.starts.at(-1)).toEqual({ env: { KEY: "sk-2" }, files: { "/out/openai": "sk-2" } });
		expect(memory.files).toEqual({ "/out/openai": "sk-2" });
		expect(agent.standing.isRejected).toBe(false);
		expect(log.of("turned over")).toHaveLength(1);
	});

	test("is tried once more when somebody asks, though variables alone are rejected", async () => {
		const { agent, clock, supervisor } = await rejected([variableUnit("KEY", OPENAI)]);

		supervisor.outcome = "turned-over";
		agent.refresh();
		await clock.advance(0);

		expect(supervisor.starts.at(-1)?.env).toEqual({ KEY: "sk-2" });
		expect(agent.standing.isRejected).toBe(false);
	});

	test("makes room for the next change", async () => {
		const { secrets, nextPoll, memory, supervisor } = await rejected(units());

		supervisor.outcome = "turned-over";
		secrets.put(OPENAI, { api_key: "sk-3" });
		await nextPoll();

		expect(memory.files).toEqual({ "/out/openai": "sk-3" });
		expect(supervisor.starts.at(-1)).toEqual({ env: { KEY: "sk-3" }, files: memory.files });
	});

	test("leaves a child that is started again after its end the newest of the other files", async () => {
		const { secrets, nextPoll, memory, supervisor } = await rejected([
			fileUnit("/out/azure", AZURE_FILE, { onChange: SIGNAL }),
			variableUnit("KEY", OPENAI),
		]);
		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();

		await supervisor.revive();

		expect(memory.files).toEqual({ "/out/azure": "az-2" });
	});

	test.each([
		["file", fileUnit("/out/azure", AZURE_FILE, { onChange: RESTART }), {}, { "/out/azure": "az-2" }],
		["variable", variableUnit("AZURE", AZURE), { AZURE: "az-2" }, {}],
	])("comes with the next change of another %s: one snapshot, not two mixed", async (...row) => {
		const [, unit, env, files] = row;
		const { secrets, nextPoll, supervisor } = await rejected([...units(), unit]);

		supervisor.outcome = "turned-over";
		secrets.put(AZURE, { api_key: "az-2" });
		await nextPoll();

		expect(supervisor.starts.at(-1)).toEqual({
			env: { KEY: "sk-2", ...env },
			files: { "/out/openai": "sk-2", ...files },
		});
	});
});

describe("the loop", () => {
	test("a child that is started again after its end finds the newest files", async () => {
		const { secrets, run, nextPoll, memory, supervisor } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: SIGNAL }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		await supervisor.revive();

		expect(memory.files).toEqual({ "/out/openai": "sk-2" });
	});

	test("is alive when it has worked once and then has nothing to do", async () => {
		const { agent, secrets, run, nextPoll, clock } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { pace: { pollIntervalMs: 12 * HOUR } }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		agent.refresh();
		await nextPoll();

		await clock.advance(HOUR);

		expect(agent.isAlive).toBe(true);
	});

	test("a template with a pace of its own is read at that, and no other", async () => {
		const { secrets, run, clock } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { pace: { pollIntervalMs: HOUR } }),
			fileUnit("/out/azure", AZURE_FILE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		await run();

		await clock.advance(0.25 * HOUR);

		expect(secrets.reads.filter((path) => path === OPENAI)).toHaveLength(1);
		expect(secrets.reads.filter((path) => path === AZURE).length).toBeGreaterThan(50);
	});

	test("a notice that cannot be removed does not repeat what it stands for", async () => {
		const { secrets, run, nextPoll, clock, memory, supervisor } = agentBench([
			fileUnit("/out/openai", KEY_FILE, { onChange: RESTART }),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		await run();
		memory.onUnlink = (path) => {
			if (path.includes("notify")) throw Object.assign(new Error("EROFS"), { code: "EROFS" });
		};

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();
		await clock.advance(600_000);

		expect(supervisor.starts).toHaveLength(2);
	});

	test("secrets that name each other without end do not end a running agent", async () => {
		const { secrets, run, nextPoll } = agentBench([
			fileUnit("/out/x", `{{#secret "secret/data/p0"}}v${chain(24)}{{/secret}}`),
		]);
		secrets.put("secret/data/p0", { v: "x" });
		const { running } = await run();
		let end: unknown;
		running.catch((error: unknown) => {
			end = error;
		});

		for (let n = 25; n >= 0; n--) secrets.put(`secret/data/p${n}`, { next: `secret/data/p${n + 1}`, v: "x" });
		await nextPoll();

		expect(end).toBeUndefined();
	});

	test("a start that waits for one path neither spins nor lets the others grow old", async () => {
		const { secrets, start, clock, memory } = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			fileUnit("/out/azure", AZURE_FILE),
		]);
		secrets.put(OPENAI, { api_key: "sk-1" });
		secrets.put(AZURE, { api_key: "az-1" });
		secrets.fail(AZURE, awayError());
		const { started } = start();
		await clock.advance(60_000);
		const sleeps = clock.sleeps.length;
		await clock.advance(60_000);
		expect(clock.sleeps.length - sleeps).toBeLessThan(30);

		secrets.put(OPENAI, { api_key: "sk-2" });
		await clock.advance(20_000);
		secrets.heal();
		await clock.advance(61_000);
		await started;

		expect(memory.files).toEqual({ "/out/openai": "sk-2", "/out/azure": "az-1" });
	});

	test("a login that is refused is said once for all paths, not once for each", async () => {
		const names = Array.from({ length: 20 }, (_, n) => `p${n}`);
		const { secrets, run, clock, log } = agentBench(
			names.map((name) => fileUnit(`/out/${name}`, `{{#secret "secret/data/${name}"}}{{v}}{{/secret}}`)),
		);
		for (const name of names) secrets.put(`secret/data/${name}`, { v: "x" });
		await run();

		const message = "Vault refused the login: invalid secret id (400)";
		secrets.fail("*", new AgentError(message, { code: "E_LOGIN_REFUSED", exitCode: 3 }));
		await clock.advance(600_000);

		expect(log.of("read failed").length).toBeLessThanOrEqual(11);
	});
});

/** A template that follows `next` so many times. */
function chain(length: number): string {
	let text = "";
	for (let n = 0; n < length; n++) text = `{{#if (has "next")}}{{#secret next}}${text}{{/secret}}{{/if}}`;
	return text;
}
