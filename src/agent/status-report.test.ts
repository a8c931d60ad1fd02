import { describe, expect, test } from "vitest";
import {
	agentBench,
	awayError,
	AZURE,
	AZURE_FILE,
	COMMAND,
	deniedError,
	fileUnit,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../../test/support/agent-bench.ts";
import { noSpace } from "../../test/support/memory-fs.ts";
import type { ChildState } from "../child/mod.ts";
import { AgentError } from "../kernel/mod.ts";
import type { StatusReport } from "../status/mod.ts";
import { fieldsTemplate, parseTemplate, type Template } from "../template/mod.ts";
import { type StatusSources, statusReport, tallyChild } from "./mod.ts";

const failed = new AgentError("reload failed: exit 1", { code: "E_NOT_NOTIFIED", remedy: "retry" });

type Bench = ReturnType<typeof agentBench>;

/** What a bench's agent says of itself, with a good token unless the test has another. */
function reportOf({ agent, store, clock }: Bench, over: Partial<StatusSources> = {}): StatusReport {
	const now = clock.now();
	const session = {
		sinks: [],
		standing: { method: "approle" as const, accessor: "acc-1", endsAt: now + 60_000, renewedAt: now - 5000 },
	};
	return statusReport({
		version: "1.2.3",
		clock,
		agent,
		store,
		session,
		isStopping: false,
		clean: (text) => text,
		...over,
	});
}

/** After a change of the secret that the child could not live with. */
async function reportOfRejection(bench: Bench): Promise<StatusReport> {
	bench.secrets.put(OPENAI, { api_key: "sk-1" });
	await bench.run();
	bench.supervisor.outcome = "put-back";
	bench.secrets.put(OPENAI, { api_key: "sk-2" });
	await bench.nextPoll();
	const since = bench.clock.now();
	return reportOf(bench, childIn({ kind: "running", generation: 1, pid: 8, since, ready: true }));
}

function childIn(state: ChildState): Pick<Required<StatusSources>, "child"> {
	return { child: { program: "litellm", supervisor: { state }, tally: tallyChild() } };
}

describe("the report of an agent that is in order", () => {
	test("says what is held, what stands and when it goes on, and nothing of a value", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE), variableUnit("KEY", OPENAI)]);
		bench.secrets.put(OPENAI, { api_key: "sk-planted-1" });

		await bench.run();
		await bench.clock.advance(4000);
		const report = reportOf(
			bench,
			childIn({ kind: "running", generation: 1, pid: 7, since: 1_001_000, ready: true }),
		);

		expect(report).toEqual({
			version: "1.2.3",
			state: "ready",
			ready: true,
			missing: [],
			generation: { number: 1, age_seconds: 4 },
			token: { valid: true, method: "approle", accessor: "acc-1", ttl_seconds: 60, renewed_seconds_ago: 5 },
			secrets: [
				{ path: OPENAI, kind: "kv2", version: 1, next_seconds: expect.any(Number) as number, state: "fresh" },
			],
			files: [{ destination: "/out/openai", mode: "0600", required: true, state: "current" }],
			variables: [{ name: "KEY", required: true, state: "current" }],
			child: {
				command: "litellm",
				state: "up",
				pid: 7,
				up_seconds: 3,
				generation: 1,
				turn_overs: 0,
				restarts: 0,
			},
			notifications: { outstanding: 0 },
		});
		expect(report.secrets[0]?.next_seconds).toBe(bench.store.untilDue() / 1000);
		expect(report.secrets[0]?.next_seconds).toBeGreaterThan(0);
		expect(JSON.stringify(report)).not.toContain("planted");
	});

	test("a token without an end is valid, and has no time left to tell", () => {
		const bench = agentBench([]);
		const standing = {
			method: "token" as const,
			accessor: "",
			endsAt: Number.POSITIVE_INFINITY,
			renewedAt: bench.clock.now(),
		};

		expect(reportOf(bench, { session: { sinks: [], standing } }).token).toEqual({
			valid: true,
			method: "token",
			renewed_seconds_ago: 0,
		});
	});

	test("names the sinks, and one that does not hold the token degrades the whole", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();
		const now = bench.clock.now();
		const standing = { method: "approle" as const, accessor: "a", endsAt: now + 60_000, renewedAt: now };
		const error = new AgentError("cannot write /ro/token (EROFS)", { code: "E_SINK", remedy: "retry" });
		const reportWith = (sinks: StatusSources["session"]["sinks"]) =>
			reportOf(bench, { session: { sinks, standing } });

		expect(reportWith([{ path: "/home/token" }])).toMatchObject({
			state: "ready",
			token: { sinks: [{ path: "/home/token" }] },
		});
		expect(reportWith([{ path: "/home/token" }, { path: "/ro/token", error }])).toMatchObject({
			state: "degraded",
			ready: true,
			token: {
				sinks: [{ path: "/home/token" }, { path: "/ro/token", last_error: { code: "E_SINK" } }],
			},
		});
	});
});

describe("an agent that is not ready", () => {
	test("is starting, and names each thing that it waits for with its reason", async () => {
		const bench = agentBench([
			fileUnit("/out/openai", KEY_FILE),
			variableUnit("AZURE_KEY", AZURE),
			fileUnit("/out/extra", AZURE_FILE, { required: false }),
		]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		bench.secrets.fail(AZURE, awayError());

		bench.start();
		await bench.clock.advance(10);
		const { state, ready, missing, generation } = reportOf(bench, childIn({ kind: "idle" }));

		expect({ state, ready, generation }).toEqual({
			state: "starting",
			ready: false,
			generation: { number: 0 },
		});
		expect(missing).toEqual([
			{ what: "file", name: "/out/openai" },
			{ what: "variable", name: "AZURE_KEY", code: "E_VAULT_UNREACHABLE" },
			{ what: "child", name: "litellm", code: "waiting" },
		]);
	});

	test("has no valid token once it has ended", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();
		const now = bench.clock.now();
		const standing = { method: "approle" as const, accessor: "a", endsAt: now - 1, renewedAt: now - 60_000 };

		const report = reportOf(bench, { session: { sinks: [], standing } });

		expect(report).toMatchObject({ state: "stale", ready: false, missing: [{ what: "token" }] });
		expect(reportOf(bench, { session: { sinks: [], standing: { method: "approle" } } }).token).toEqual({
			valid: false,
			method: "approle",
		});
	});

	test("says that it stops: when it was told, or when its child ends for good", async () => {
		const bench = agentBench([]);
		await bench.run();
		const stopping = { kind: "stopping", generation: 1, pid: 7, deadline: 0 } as const;

		expect(reportOf(bench, { isStopping: true }).state).toBe("stopping");
		expect(reportOf(bench, childIn({ ...stopping, why: "stop" })).state).toBe("stopping");
		expect(reportOf(bench, childIn({ kind: "exited", exit: { code: 3 } }))).toMatchObject({
			state: "stopping",
			ready: false,
			child: { state: "exited", exit_code: 3 },
		});
		expect(reportOf(bench, childIn({ ...stopping, why: "replace" }))).toMatchObject({
			state: "degraded",
			ready: false,
		});
	});
});

describe("an agent that serves on", () => {
	test("is stale and ready while Vault is away", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();
		bench.secrets.fail("*", awayError());

		await bench.clock.advance(3_600_000);

		const report = reportOf(bench);
		expect(report).toMatchObject({ state: "stale", ready: true, missing: [], generation: { number: 1 } });
		expect(report.files).toMatchObject([{ state: "current" }]);
		expect(report.secrets).toMatchObject([
			{
				version: 1,
				state: "failing",
				last_error: { code: "E_VAULT_UNREACHABLE", message: "Vault is away (connect refused)" },
			},
		]);
	});

	test("is degraded by one file that is kept, which it names; the others are current", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE), fileUnit("/out/azure", AZURE_FILE)]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		bench.secrets.put(AZURE, { api_key: "az-1" });
		await bench.run();

		bench.secrets.put(AZURE, { other: "az-2" });
		await bench.nextPoll();

		const { state, ready, files } = reportOf(bench);
		expect({ state, ready }).toEqual({ state: "degraded", ready: true });
		expect(files).toMatchObject([
			{ destination: "/out/openai", state: "current" },
			{ destination: "/out/azure", state: "kept", last_error: { code: "E_FIELD_MISSING" } },
		]);
	});

	test("is degraded by a permission that was taken away, and not by an optional secret that is not there", async () => {
		const units = [
			fileUnit("/out/openai", KEY_FILE),
			fileUnit("/out/azure", AZURE_FILE, { required: false }),
		];
		const bench = agentBench(units);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();

		const before = reportOf(bench);
		bench.secrets.fail(OPENAI, deniedError(OPENAI));
		await bench.nextPoll();

		expect(before).toMatchObject({ state: "ready", files: [{ state: "current" }, { state: "missing" }] });
		expect(before.secrets).toMatchObject([{ state: "fresh" }, { path: AZURE, state: "absent" }]);
		expect(reportOf(bench).state).toBe("degraded");
	});

	test("a file whose secret was deleted is removed where that was asked for", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE, { onDeleted: "remove" })]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();

		bench.secrets.delete(OPENAI);
		await bench.nextPoll();

		expect(reportOf(bench).files).toMatchObject([
			{ state: "removed", last_error: { code: "E_SECRET_DELETED" } },
		]);
	});

	test("tells of whoever could not be told, until it has been done", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE, { onChange: COMMAND })]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		bench.faults.set("reload", failed);
		await bench.run();
		await bench.clock.advance(1);

		const during = reportOf(bench);
		bench.faults.clear();
		await bench.clock.advance(120_000);

		expect(during).toMatchObject({
			state: "degraded",
			ready: true,
			notifications: { outstanding: 1, last_error: { code: "E_NOT_NOTIFIED" } },
		});
		expect(reportOf(bench)).toMatchObject({ state: "ready", notifications: { outstanding: 0 } });
	});

	test("a generation that cannot be written is no readiness, and says why", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();

		bench.memory.onWrite = noSpace;
		bench.secrets.put(OPENAI, { api_key: "sk-2" });
		await bench.nextPoll();
		const during = reportOf(bench);
		bench.memory.onWrite = () => {};
		await bench.clock.advance(60_000);

		expect(during).toMatchObject({ state: "degraded", ready: false, generation: { number: 1 } });
		expect(during.missing).toEqual([{ what: "delivery", code: during.delivery_error?.code }]);
		expect(reportOf(bench)).toMatchObject({ state: "ready", ready: true, generation: { number: 2 } });
	});

	test("files and variables that the child could not live with are rejected", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE), variableUnit("KEY", OPENAI)]);

		const report = await reportOfRejection(bench);

		expect(report).toMatchObject({
			state: "degraded",
			ready: true,
			generation: { number: 2, rejected: true },
			files: [{ state: "rejected" }],
		});
		expect(report.variables).toMatchObject([{ state: "rejected" }]);
	});

	test("a file whose template writes another beside it is rejected with that", async () => {
		const inner = parseTemplate(KEY_FILE, { file: "a.tpl", allowEmpty: false });
		const beside = { resolve: (path: string) => path, formatOf: () => "text" };
		const template: Template = {
			discover: () => inner.discover(),
			render: (inputs) => {
				const pass = inner.render(inputs);
				if (pass.kind === "incomplete") return pass;
				const file = { path: "/out/key", mode: 0o600, isAppended: false };
				const pieces = pass.pieces.filter((piece) => piece.kind !== "port");
				return { ...pass, pieces: [{ kind: "text", text: "same" }], files: [{ ...file, pieces }] };
			},
		};
		const bench = agentBench([
			fileUnit("/out/main", KEY_FILE, { template, beside, onChange: { kind: "restart" } }),
		]);

		const report = await reportOfRejection(bench);

		expect(report.files).toMatchObject([{ destination: "/out/main", state: "rejected" }]);
	});

	test("all fields of a secret are rejected together with one of them", async () => {
		const names = { name: "{{field}}", sanitize: true, upcase: true };
		const template = fieldsTemplate(OPENAI, names, { file: "env_from[0]" });
		const bench = agentBench([
			{ kind: "variable", isSeveral: true, name: "env_from[0]", template, required: true },
		]);

		const report = await reportOfRejection(bench);

		expect(report.variables).toMatchObject([{ name: "env_from[0]", state: "rejected" }]);
	});

	test("a child that is not ready yet is no readiness, and one that dies in a loop is said to", () => {
		const bench = agentBench([]);
		const running = { kind: "running", generation: 1, pid: 8, since: 0, ready: false, port: 41_873 } as const;
		const backingOff = { kind: "backing-off", until: 0, attempt: 3 } as const;
		const childOf = (state: ChildState) => reportOf(bench, childIn(state)).child;

		expect(childOf(running)).toMatchObject({ state: "starting", pid: 8, port: 41_873 });
		expect(childOf(running)).not.toHaveProperty("up_seconds");
		expect(childOf({ ...backingOff, crashLoop: false })).toMatchObject({ state: "backing-off" });
		expect(reportOf(bench, childIn({ ...backingOff, crashLoop: true })).missing).toEqual([
			{ what: "child", name: "litellm", code: "crash-loop" },
		]);
	});

	test("a hand-over is told with everybody who takes part, and the public address", () => {
		const bench = agentBench([]);
		const now = bench.clock.now();
		const state = {
			kind: "running",
			generation: 2,
			pid: 8,
			since: now - 5000,
			ready: true,
			port: 41_873,
			next: { pid: 9, generation: 3 },
			draining: [{ pid: 7, generation: 1, since: now - 2000, open: 3 }],
		} as const;
		const front = {
			address: "0.0.0.0:4000",
			isOpen: true,
			tally: { connections: 4, accepted: 9, waiting: 0, failed: 1 },
		};
		const { child } = childIn(state);

		expect(reportOf(bench, { child: { ...child, front } }).child).toEqual({
			command: "litellm",
			state: "up",
			pid: 8,
			port: 41_873,
			up_seconds: 5,
			generation: 2,
			turn_overs: 0,
			restarts: 0,
			next: { pid: 9, generation: 3 },
			draining: [{ pid: 7, generation: 1, draining_seconds: 2, open: 3 }],
			front: {
				address: "0.0.0.0:4000",
				open: true,
				connections: 4,
				accepted: 9,
				waiting: 0,
				failed: 1,
				cut: 0,
			},
		});
	});

	test("a front that turns clients away degrades the whole, for as long as it does", async () => {
		const bench = agentBench([]);
		await bench.run();
		const now = bench.clock.now();
		const tally = { connections: 0, accepted: 1, waiting: 0, failed: 1 };
		const running = { kind: "running", generation: 1, pid: 8, since: now, ready: true } as const;
		const reportAt = (turnedAwayAt: number | undefined) =>
			reportOf(bench, {
				child: { ...childIn(running).child, front: { address: "a:1", isOpen: true, tally, turnedAwayAt } },
			});

		expect(reportAt(now - 10_000)).toMatchObject({
			state: "degraded",
			child: { front: { turning_away: true } },
		});
		expect(reportAt(now - 20_000).state).toBe("ready");
		expect(reportAt(undefined).child?.front).not.toHaveProperty("turning_away");
	});

	test("who gets ready and what is rejected are told with their tries", async () => {
		const bench = agentBench([variableUnit("KEY", OPENAI)]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		await bench.run();
		bench.supervisor.outcome = "put-back";
		bench.secrets.put(OPENAI, { api_key: "sk-2" });
		await bench.nextPoll();
		const now = bench.clock.now();
		const next = { pid: 9, generation: 2 };
		const running = { kind: "running", generation: 1, pid: 8, since: now, ready: true, next } as const;
		const { child } = childIn(running);
		const reason = { kind: "not-ready", generation: 2, pid: 9, afterMs: 1, reason: "answered 503" } as const;
		child.tally.observe({ kind: "started", generation: 2, pid: 9 }, now - 9000);
		child.tally.observe(reason, now - 8000);
		child.tally.observe({ kind: "started", generation: 2, pid: 9 }, now - 3000);

		const report = reportOf(bench, { child }).child;

		expect(report?.next).toEqual({ ...next, starting_seconds: 3, attempt: 2, last_failure: "answered 503" });
		expect(report?.rejected).toEqual({ generation: 2, attempts: 2, last_failure: "answered 503" });
	});

	test("a variable whose newest value no child serves yet is pending, which is no fault", async () => {
		const bench = agentBench([variableUnit("KEY", OPENAI), variableUnit("OTHER", AZURE)]);
		bench.secrets.put(OPENAI, { api_key: "sk-1" });
		bench.secrets.put(AZURE, { api_key: "az-1" });
		await bench.run();
		const outcome = Promise.withResolvers<"turned-over">();
		bench.supervisor.replace = async () => await outcome.promise;

		bench.secrets.put(OPENAI, { api_key: "sk-2" });
		await bench.nextPoll();
		const during = reportOf(bench);
		outcome.resolve("turned-over");
		await bench.clock.advance(1);

		expect(during).toMatchObject({
			state: "ready",
			variables: [
				{ name: "KEY", state: "pending" },
				{ name: "OTHER", state: "current" },
			],
		});
		expect(reportOf(bench).variables).toMatchObject([{ state: "current" }, { state: "current" }]);
	});

	test("tells how the config was last read", () => {
		const bench = agentBench([]);
		const at = bench.clock.now() - 3000;
		const error = new AgentError("agent.yaml:1:1: unknown key", { code: "E_CONFIG" });

		expect(reportOf(bench, { reload: { at } }).last_reload).toEqual({ result: "done", seconds_ago: 3 });
		expect(reportOf(bench, { reload: { at, error } }).last_reload).toMatchObject({
			result: "failed",
			error: { code: "E_CONFIG" },
		});
	});

	test("what others have written goes through the redactor", async () => {
		const bench = agentBench([fileUnit("/out/openai", KEY_FILE)]);
		bench.secrets.fail(
			OPENAI,
			new AgentError("the server says sk-planted", { code: "E_X", remedy: "retry" }),
		);
		bench.start();
		await bench.clock.advance(10);

		const report = reportOf(bench, { clean: (text) => text.replaceAll("sk-planted", "[redacted]") });

		expect(JSON.stringify(report)).not.toContain("planted");
		expect(report.secrets[0]?.last_error?.message).toBe("the server says [redacted]");
	});
});

describe("the child's tally", () => {
	const started = (generation: number) => ({ kind: "started", generation, pid: 7 }) as const;
	const stopping = { kind: "stopping", generation: 1, pid: 7, why: "replace", signal: "SIGTERM" } as const;

	test("tells turn-overs from restarts", () => {
		const tally = tallyChild();

		tally.observe(started(1), 0);
		tally.observe(stopping, 0);
		tally.observe(started(2), 0);
		tally.observe(started(2), 0); // it had died

		expect([tally.turnOvers(), tally.restarts()]).toEqual([1, 1]);
	});

	test("in rolling counts children that came to serve", () => {
		const tally = tallyChild();
		const switched = (generation: number) => ({ kind: "switched", generation, pid: 7, afterMs: 1 }) as const;

		for (const event of [started(1), switched(1), started(2), started(2), switched(2)])
			tally.observe(event, 0);
		tally.observe({ kind: "drained", generation: 1, pid: 7, afterMs: 1, cut: 3 }, 0);
		expect([tally.turnOvers(), tally.restarts(), tally.cut()]).toEqual([1, 0, 3]);

		for (const event of [started(2), switched(2)]) tally.observe(event, 0); // it had died
		expect([tally.turnOvers(), tally.restarts(), tally.cut()]).toEqual([1, 1, 3]);
	});

	test("knows how often a generation was tried, and why it was of no use", () => {
		const tally = tallyChild();
		const notReady = {
			kind: "not-ready",
			generation: 2,
			pid: 8,
			afterMs: 1,
			reason: "answered 503",
		} as const;

		tally.observe(started(1), 1000);
		tally.observe(started(2), 2000);
		expect(tally.tries.of(2)).toEqual({ count: 1, startedAt: 2000 });
		tally.observe(notReady, 3000);
		tally.observe({ kind: "put-back", from: 2, to: 1 }, 3000);
		tally.observe(started(1), 4000); // the one that serves had died
		tally.observe(started(2), 5000);

		expect(tally.tries.of(2)).toEqual({ count: 2, startedAt: 5000, failure: "answered 503" });
		tally.observe(started(3), 6000);
		expect(tally.tries.of(1)).toBeUndefined();
	});

	test("takes the exit code of a child that has ended by itself for a reason, and no other", () => {
		const tally = tallyChild();
		const exited = { kind: "exited", generation: 1, pid: 7, exit: { code: 3 }, livedMs: 1 } as const;

		tally.observe(started(1), 0);
		tally.observe({ ...exited, expected: true }, 0);
		expect(tally.tries.of(1)).not.toHaveProperty("failure");
		tally.observe({ ...exited, expected: false }, 0);
		expect(tally.tries.of(1)).toMatchObject({ failure: "ended with 3" });
	});
});
