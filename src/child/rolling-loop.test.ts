import { describe, expect, test } from "vitest";
import { GRACE_MS, nowOf, spec, STOP_TIMEOUT_MS } from "../../test/fixtures/child/bench.ts";
import type { Habit } from "../../test/fixtures/child/fake-processes.ts";
import {
	DRAIN_TIMEOUT_MS,
	READY,
	READY_TIMEOUT_MS,
	ROLLING,
	rollingBench,
} from "../../test/fixtures/child/rolling-bench.ts";
import type { ChildSpec } from "./ports.ts";

const NEVER = Number.POSITIVE_INFINITY;
const STARTUP_MS = 5000;

/** A supervisor whose first child serves. */
async function serving(habits: Readonly<Record<number, Habit>> = {}, over: Partial<ChildSpec> = {}) {
	const world = rollingBench(over, habits);
	const started = world.supervisor.start(world.rollingValues(1));
	await world.clock.advance(STARTUP_MS);
	await started;
	return world;
}

describe("the first child", () => {
	test("gets the public address when it is ready, and not before", async () => {
		const { supervisor, clock, rollingValues, front, events } = rollingBench(
			{},
			{ 1: { readyAfterMs: 4000 } },
		);

		const started = supervisor.start(rollingValues(1));
		await clock.advance(3999);
		expect(front().isOpen).toBe(false);
		expect(supervisor.state).toMatchObject({ kind: "running", ready: false, port: 40_001 });
		await clock.advance(251);

		expect(await nowOf(started)).toBeUndefined();
		expect(front()).toMatchObject({ isOpen: true, target: { port: 40_001 } });
		expect(supervisor.state).toMatchObject({ kind: "running", ready: true, port: 40_001, draining: [] });
		expect(events).toEqual([
			{ kind: "started", generation: 1, pid: 100, port: 40_001 },
			{ kind: "ready", generation: 1, pid: 100, afterMs: 4000 },
			{ kind: "switched", generation: 1, pid: 100, afterMs: 4000 },
			{ kind: "stands", generation: 1, pid: 100 },
		]);
	});

	test("is told its port by a variable and in its command", async () => {
		const command = ["gateway", "--port={{port}}", "{{port}}:{{port}}"] as const;
		const { processes } = await serving({}, { command });

		expect(processes.last.env["PORT"]).toBe("40001");
		expect(processes.last.command).toEqual(["gateway", "--port=40001", "40001:40001"]);
	});

	test("is not started when the public address is taken", async () => {
		const { supervisor, processes, world, rollingValues } = rollingBench();
		world.isTaken = true;

		await expect(supervisor.start(rollingValues(1))).rejects.toMatchObject({ code: "E_FRONT_LISTEN" });

		expect(await nowOf(supervisor.exited)).toEqual({ code: 1 });
		expect(processes.starts).toBe(0);
	});

	test("that takes the public address is told apart at once", async () => {
		const { supervisor, processes, clock, world, rollingValues } = rollingBench(
			{},
			{ 1: { readyAfterMs: NEVER } },
		);
		const started = supervisor.start(rollingValues(1));
		const failure = expect(started).rejects.toMatchObject({
			code: "E_CHILD_PORT",
			exitCode: 1,
			message: "the child listens on 0.0.0.0:4000 itself, where the agent has to",
		});
		await clock.advance(1000);

		world.isTaken = true;
		await clock.advance(500);

		await failure;
		expect(await nowOf(supervisor.exited)).toEqual({ code: 1 });
		expect(processes.live).toEqual([]);
	});

	test("that takes both addresses is told apart as well", async () => {
		const { supervisor, processes, clock, world, rollingValues } = rollingBench(
			{},
			{ 1: { readyAfterMs: 250 } },
		);
		const started = supervisor.start(rollingValues(1));
		const failure = expect(started).rejects.toMatchObject({ code: "E_CHILD_PORT" });
		await clock.advance(249);

		world.isTaken = true;
		await clock.advance(500);

		await failure;
		expect(processes.live).toEqual([]);
	});

	test("that answers somewhere else, and does not listen on its private port, is not ready", async () => {
		const ready = { ...READY, probe: { kind: "command", command: ["ask"] } } as const;
		const { supervisor, processes, clock, rollingValues } = rollingBench({ ready });
		const { ask } = processes;
		processes.ask = async (question, signal) =>
			question.kind === "tcp" ? "connection refused" : await ask(question, signal);
		const failure = expect(supervisor.start(rollingValues(1))).rejects.toMatchObject({
			rows: { has: "ask: nothing listens on its private port 40001; does it take PORT or {{port}}?" },
		});

		await clock.advance(READY_TIMEOUT_MS);

		await failure;
	});

	test("that answers somewhere else is ready when it takes connections on its private port as well", async () => {
		const ready = { ...READY, probe: { kind: "http", url: "http://127.0.0.1:9/" } } as const;
		const { supervisor, processes, clock, rollingValues } = rollingBench({ ready });
		const { ask } = processes;
		processes.ask = async (question, signal) =>
			question.kind === "http" ? undefined : await ask(question, signal);

		const started = supervisor.start(rollingValues(1));
		await clock.advance(0);

		expect(await nowOf(started)).toBeUndefined();
	});

	test("is asked with the header that it expects on its private port", async () => {
		const probe = { kind: "http-path", path: "/health" } as const;
		const rolling = { ...ROLLING, proxyProtocol: "v2" } as const;
		const { supervisor, processes, clock, rollingValues } = rollingBench({
			ready: { ...READY, probe },
			rolling,
		});
		const asked: unknown[] = [];
		processes.ask = async (question) => void asked.push(question);

		const started = supervisor.start(rollingValues(1));
		await clock.advance(0);

		await started;
		const url = "http://127.0.0.1:40001/health";
		expect(asked).toEqual([{ kind: "http", url, privatePort: 40_001, proxyProtocol: "v2" }]);
	});

	test("that cannot be asked at all is waited for no longer", async () => {
		const { supervisor, processes, clock, rollingValues } = rollingBench();
		processes.ask = async () => ({ because: "there is no such program" });
		const failure = expect(supervisor.start(rollingValues(1))).rejects.toMatchObject({
			code: "E_CHILD_NOT_READY",
			message: "the child cannot be asked whether it is ready",
			rows: { has: "connection to 127.0.0.1:40001: there is no such program" },
		});

		await clock.advance(10);

		await failure;
		expect(await nowOf(supervisor.exited)).toEqual({ code: 1 });
	});

	test("that is not ready in time is the agent's end, whatever the restart policy", async () => {
		const habits = { 1: { readyAfterMs: NEVER } };
		const { supervisor, processes, clock, rollingValues } = rollingBench({ restartOnExit: "always" }, habits);
		const failure = expect(supervisor.start(rollingValues(1))).rejects.toMatchObject({
			code: "E_CHILD_NOT_READY",
			rows: {
				has: "connection to 127.0.0.1:40001: nothing listens on its private port 40001; does it take PORT or {{port}}?",
			},
		});

		await clock.advance(READY_TIMEOUT_MS);

		await failure;
		expect(await nowOf(supervisor.exited)).toEqual({ code: 1 });
		expect(processes.live).toEqual([]);
	});

	test.each([
		{ policy: "never", children: 1 },
		{ policy: "on-failure", children: 2 },
	] as const)("that ends before it is ready is left to the policy $policy", async ({ policy, children }) => {
		const habits: Record<number, Habit> = { 1: { readyAfterMs: NEVER, endsAfterMs: 500, endCode: 3 } };
		const { supervisor, clock, rollingValues, history } = rollingBench({ restartOnExit: policy }, habits);
		const started = supervisor.start(rollingValues(1));
		await clock.advance(400);
		habits[1] = {};

		await clock.advance(2000);

		expect(await nowOf(started)).toBeUndefined();
		expect(history()).toHaveLength(children);
		expect(await nowOf(supervisor.exited)).toEqual(children === 1 ? { code: 3 } : "pending");
	});

	test("that ends before it is ready, and cannot be started then, is left to the policy as well", async () => {
		const habits: Record<number, Habit> = { 1: { readyAfterMs: NEVER, endsAfterMs: 500 } };
		const { supervisor, clock, rollingValues } = rollingBench({ restartOnExit: "on-failure" }, habits);
		const started = supervisor.start(rollingValues(1));
		await clock.advance(400);
		habits[1] = { failsWith: "EAGAIN" };
		await clock.advance(2000);
		habits[1] = {};
		await clock.advance(5000);

		expect(await nowOf(started)).toBeUndefined();
		expect(supervisor.state).toMatchObject({ kind: "running", ready: true });
	});

	test("that cannot be started is the agent's end, whatever the restart policy", async () => {
		const { supervisor, rollingValues } = rollingBench(
			{ restartOnExit: "always" },
			{ 1: { failsWith: "ENOENT" } },
		);

		await expect(supervisor.start(rollingValues(1))).rejects.toMatchObject({ code: "E_CHILD_START" });

		expect(await nowOf(supervisor.exited)).toEqual({ code: 127 });
	});

	test("that ends while the public address is opened for it has the last word", async () => {
		const { supervisor, clock, processes, world, kinds, rollingValues } = rollingBench(
			{},
			{ 1: { readyAfterMs: 250 } },
		);
		const started = supervisor.start(rollingValues(1));
		await clock.advance(0);
		const { promise, resolve } = Promise.withResolvers<void>();
		world.opening = promise;
		await clock.advance(250);

		processes.die(4);
		resolve();
		await clock.advance(0);

		expect(await nowOf(started)).toBeUndefined();
		expect(await nowOf(supervisor.exited)).toEqual({ code: 4 });
		expect(kinds()).toEqual(["started", "exited"]);
	});

	test("is not started again when it ends of an interrupt before it is ready", async () => {
		const { supervisor, clock, processes, rollingValues } = rollingBench(
			{ restartOnExit: "always" },
			{ 1: { readyAfterMs: NEVER } },
		);
		void supervisor.start(rollingValues(1));
		await clock.advance(1000);

		supervisor.forward("SIGINT");
		processes.die(130);
		await clock.advance(250);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 130 });
	});

	test("is stopped at once when the agent ends before it is ready", async () => {
		const { supervisor, clock, processes, rollingValues } = rollingBench({}, { 1: { readyAfterMs: NEVER } });
		const started = supervisor.start(rollingValues(1));
		await clock.advance(1000);

		const stopped = supervisor.stop();
		await clock.advance(10);

		expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
		expect(await nowOf(started)).toBeUndefined();
		expect(processes.live).toEqual([]);
	});
});

describe("replace()", () => {
	test("starts the new child beside the old one, which keeps all until the new one is ready", async () => {
		const { supervisor, clock, served, rollingValues } = await serving({ 2: { readyAfterMs: 4000 } });

		const outcome = supervisor.replace(rollingValues(2));
		await clock.advance(3999);

		expect(served()).toBe(1);
		expect(await nowOf(outcome)).toBe("pending");
		expect(supervisor.state).toMatchObject({ generation: 1, ready: true, next: { generation: 2, pid: 101 } });

		await clock.advance(251);

		expect(served()).toBe(2);
		expect(await nowOf(outcome)).toBe("turned-over");
	});

	test("leaves the old child its connections until they end, and stops it then", async () => {
		const { supervisor, clock, processes, events, front, rollingValues } = await serving();
		const [first, second] = [front().connect(), front().connect()];

		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);
		expect(supervisor.state).toMatchObject({
			generation: 2,
			draining: [{ pid: 100, generation: 1, since: STARTUP_MS, open: 2 }],
		});
		front().disconnect(first);
		await clock.advance(1000);
		expect(processes.live).toHaveLength(2);
		front().disconnect(second);
		await clock.advance(10);

		expect(processes.live).toHaveLength(1);
		expect(events.slice(-6)).toMatchObject([
			{ kind: "ready", generation: 2 },
			{ kind: "switched", generation: 2, pid: 101, from: { pid: 100, generation: 1, open: 2 } },
			{ kind: "stands", generation: 2, pid: 101 },
			{ kind: "stopping", generation: 1, pid: 100, why: "drained" },
			{ kind: "exited", generation: 1, pid: 100, expected: true },
			{ kind: "drained", generation: 1, pid: 100, afterMs: 2000, cut: 0 },
		]);
		expect(supervisor.state).toMatchObject({ draining: [] });
	});

	test("cuts what is still open at the drain timeout, and says how much that was", async () => {
		const { supervisor, clock, processes, events, front, rollingValues } = await serving();
		const stream = front().connect();

		void supervisor.replace(rollingValues(2));
		await clock.advance(DRAIN_TIMEOUT_MS - 1);
		expect(stream).toMatchObject({ isOpen: true, wasCut: false });
		await clock.advance(11);

		expect(stream.wasCut).toBe(true);
		expect(events.at(-1)).toMatchObject({ kind: "drained", pid: 100, cut: 1, afterMs: DRAIN_TIMEOUT_MS });
		expect(processes.live).toHaveLength(1);
	});

	test("kills an old child that ignores the stop signal, and everything of its group", async () => {
		const { supervisor, clock, processes, kinds, rollingValues } = await serving({
			1: { stopsAfterMs: NEVER, helperOutlivesByMs: NEVER },
		});

		void supervisor.replace(rollingValues(2));
		await clock.advance(STOP_TIMEOUT_MS + 1000);

		expect(kinds()).toContain("killed");
		expect(processes.live).toHaveLength(1);
	});

	test("puts a child that is never ready away, and leaves the old one as it is", async () => {
		const { supervisor, clock, processes, served, events, rollingValues } = await serving({
			2: { readyAfterMs: NEVER },
		});

		const outcome = supervisor.replace(rollingValues(2));
		await clock.advance(READY_TIMEOUT_MS + 10);

		expect(await nowOf(outcome)).toBe("put-back");
		expect(served()).toBe(1);
		expect(processes.live.map(({ pid }) => pid)).toEqual([100]);
		expect(events.filter(({ kind }) => kind === "not-ready" || kind === "put-back")).toMatchObject([
			{
				kind: "not-ready",
				generation: 2,
				pid: 101,
				reason: expect.stringContaining("nothing listens") as string,
			},
			{ kind: "put-back", from: 2, to: 1 },
		]);
	});

	test("tries rejected values again with growing pauses until they stand", async () => {
		const habits: Record<number, Habit> = { 2: { failsWith: "EAGAIN" } };
		const { supervisor, clock, processes, served, events, rollingValues } = await serving(habits);
		const outcome = supervisor.replace(rollingValues(2));
		await clock.advance(30_000);

		const pauses = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
		expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000]);
		habits[2] = {};
		await clock.advance(20_000);

		expect(served()).toBe(2);
		expect(await nowOf(outcome)).toBe("put-back");
		expect(events.filter(({ kind }) => kind === "put-back")).toHaveLength(1);
		expect(processes.live).toHaveLength(1);
	});

	test("takes newer values in the place of rejected ones at once", async () => {
		const { supervisor, clock, served, rollingValues } = await serving({ 2: { failsWith: "E2BIG" } });
		void supervisor.replace(rollingValues(2));
		await clock.advance(20_000);

		const outcome = supervisor.replace(rollingValues(3));
		await clock.advance(0);

		expect(await nowOf(outcome)).toBe("turned-over");
		expect(served()).toBe(3);
	});

	test("ends a half-started child for newer values, of which only the newest count", async () => {
		const { supervisor, clock, processes, history, served, rollingValues } = await serving({
			2: { readyAfterMs: NEVER, stopsAfterMs: 1000 },
		});
		const second = supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		const third = supervisor.replace(rollingValues(3));
		const fourth = supervisor.replace(rollingValues(4));
		await clock.advance(500);
		expect(processes.live).toHaveLength(2);
		await clock.advance(1000);

		expect(history()).toEqual([1, 2, 4]);
		expect(served()).toBe(4);
		expect(await Promise.all([second, third, fourth])).toEqual(["superseded", "superseded", "turned-over"]);
	});

	test("starts the next hand-over at once while the old child still drains", async () => {
		const { supervisor, clock, processes, served, front, rollingValues } = await serving();
		front().connect();
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);
		front().connect();

		void supervisor.replace(rollingValues(3));
		await clock.advance(1000);

		expect(served()).toBe(3);
		expect(processes.live).toHaveLength(3);
		expect(supervisor.state).toMatchObject({
			draining: [
				{ pid: 100, open: 1 },
				{ pid: 101, open: 1 },
			],
		});
	});

	test("lets a child come to serve in spite of changes that come faster than it gets ready", async () => {
		const habits = Object.fromEntries(
			Array.from({ length: 60 }, (_, index) => [index + 2, { readyAfterMs: 5000 }]),
		);
		const { supervisor, clock, served, rollingValues } = await serving(habits);

		for (let generation = 2; generation < 50; generation++) {
			void supervisor.replace(rollingValues(generation));
			await clock.advance(2000);
		}

		expect(served()).toBeGreaterThan(1);
		await clock.advance(10_000);
		expect(served()).toBe(49);
	});

	test("never starts a child whose values are old before it could be", async () => {
		const { supervisor, clock, history, rollingValues } = await serving();
		const slowly = async () => {
			await clock.sleep(1000, new AbortController().signal);
			return 50_000;
		};
		void supervisor.replace({ ...rollingValues(2), prepare: slowly });
		await clock.advance(500);

		void supervisor.replace(rollingValues(3));
		await clock.advance(1000);

		expect(history()).toEqual([1, 3]);
	});

	test("ends a half-started child at once, however long ago the last hand-over was", async () => {
		const { supervisor, clock, served, rollingValues } = await serving({ 3: { readyAfterMs: NEVER } });
		void supervisor.replace(rollingValues(2));
		await clock.advance(READY_TIMEOUT_MS * 10);

		void supervisor.replace(rollingValues(3));
		await clock.advance(1000);
		void supervisor.replace(rollingValues(4));
		await clock.advance(1000);

		expect(served()).toBe(4);
	});

	test("ends a further try of rejected values at once, however long ago they came", async () => {
		const { supervisor, clock, served, rollingValues } = await serving({ 2: { readyAfterMs: NEVER } });
		void supervisor.replace(rollingValues(2));
		await clock.advance(READY_TIMEOUT_MS * 10);
		expect(supervisor.state).toMatchObject({ next: { generation: 2 } });

		void supervisor.replace(rollingValues(3));
		await clock.advance(1000);

		expect(served()).toBe(3);
	});

	test("goes by the drain timeout that the newest values bring", async () => {
		const { supervisor, clock, processes, front, rollingValues } = await serving();
		front().connect();

		const impatient = spec({
			ready: READY,
			rolling: { ...ROLLING, drainTimeoutMs: 500 },
			startGraceMs: 0,
		});
		void supervisor.replace({ ...rollingValues(2), spec: impatient });
		await clock.advance(510);

		expect(processes.live).toHaveLength(1);
	});

	test("is not kept waiting by an old child that has ended of itself while it drained", async () => {
		const { supervisor, clock, processes, events, front, rollingValues } = await serving();
		const stream = front().connect();
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		processes.dieAt(40_001, 1);
		await clock.advance(10);

		expect(stream.isOpen).toBe(false);
		expect(events.slice(-2)).toMatchObject([
			{ kind: "exited", pid: 100, exit: { code: 1 }, expected: false },
			{ kind: "drained", pid: 100, cut: 1 },
		]);
		expect(supervisor.state).toMatchObject({ kind: "running", generation: 2, draining: [] });
	});
});

describe("a new child that has taken over", () => {
	const GRACE = { startGraceMs: GRACE_MS } as const;

	/** The second child serves, and has not stood yet. */
	async function onTrial(over: Partial<ChildSpec> = {}, habits: Record<number, Habit> = {}) {
		const world = await serving(habits, { ...GRACE, ...over });
		const outcome = world.supervisor.replace(world.rollingValues(2));
		await world.clock.advance(1000);
		expect(await nowOf(outcome)).toBe("turned-over");
		expect(world.served()).toBe(2);
		return world;
	}

	test("stands when it has lived through the start grace, and until then the old one gets no stop signal", async () => {
		const { clock, processes, kinds } = await onTrial();

		await clock.advance(GRACE_MS - 1001);
		expect(processes.at(40_001)).toMatchObject({ leaderAlive: true, isStopping: false });
		await clock.advance(11);

		expect(kinds().slice(-4)).toEqual(["stands", "stopping", "exited", "drained"]);
		expect(processes.live.map(({ pid }) => pid)).toEqual([101]);
	});

	test("makes room for the old one at once when it ends before that, is rejected, and tried again after a pause", async () => {
		const { supervisor, clock, processes, events, served } = await onTrial();

		processes.dieAt(40_002, 3);
		await clock.advance(0);

		expect(served()).toBe(1);
		expect(supervisor.state).toMatchObject({ kind: "running", generation: 1, pid: 100, draining: [] });
		expect(events.slice(-3)).toMatchObject([
			{ kind: "exited", generation: 2, exit: { code: 3 }, expected: false },
			{ kind: "put-back", from: 2, to: 1 },
			{ kind: "backing-off", attempt: 0, delayMs: 500 },
		]);
		await clock.advance(500);
		expect(served()).toBe(2);
		await clock.advance(GRACE_MS + 10);
		expect(processes.live.map(({ pid }) => pid)).toEqual([102]);
	});

	test("again and again: pauses grow, and the old one serves in all of them", async () => {
		const { clock, events, processes } = await onTrial({}, { 2: { endsAfterMs: 1500 } });

		await clock.advance(30_000);

		const delays = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
		expect(delays.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
		expect(processes.at(40_001)).toMatchObject({ leaderAlive: true, isStopping: false });
	});

	test("is no reason to end for a child that answers still, and was not to be cut", async () => {
		const { clock, processes, front, served } = await onTrial();
		const stream = front().connect();
		processes.dieAt(40_002, 3);
		await clock.advance(0);

		const other = front().connect();
		await clock.advance(250);

		expect([served(), stream.wasCut, other.target]).toEqual([1, false, { port: 40_001 }]);
	});

	test("is followed by newer values at once, and the one that last stood is kept for them", async () => {
		const { supervisor, clock, processes, served, rollingValues } = await onTrial();

		const outcome = supervisor.replace(rollingValues(3));
		await clock.advance(1000);
		expect(await nowOf(outcome)).toBe("turned-over");
		expect(processes.live.map(({ pid }) => pid)).toEqual([100, 102]);
		processes.dieAt(40_003, 3);
		await clock.advance(0);

		expect(served()).toBe(1);
	});

	test("that dies while newer values get ready leaves its place to the old one, and then to them", async () => {
		const { supervisor, clock, processes, served, kinds, rollingValues } = await onTrial(
			{},
			{ 3: { readyAfterMs: 2000 } },
		);
		const outcome = supervisor.replace(rollingValues(3));
		await clock.advance(500);

		processes.dieAt(40_002, 3);
		await clock.advance(0);
		expect(served()).toBe(1);
		await clock.advance(2000);

		expect(served()).toBe(3);
		expect(await nowOf(outcome)).toBe("turned-over");
		expect(kinds()).not.toContain("backing-off");
	});

	test("is the only one left when the old one has ended meanwhile, and left to restart_on_exit", async () => {
		const { supervisor, clock, processes, kinds } = await onTrial();
		processes.dieAt(40_001, 9);
		await clock.advance(0);

		processes.dieAt(40_002, 3);
		await clock.advance(0);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 3 });
		expect(kinds()).not.toContain("put-back");
	});

	test("is held for the next one where the one that last stood has ended", async () => {
		const { supervisor, clock, processes, served, rollingValues } = await onTrial();
		processes.dieAt(40_001, 9);
		await clock.advance(0);
		void supervisor.replace(rollingValues(3));
		await clock.advance(1000);

		processes.dieAt(40_003, 3);
		await clock.advance(0);

		expect(served()).toBe(2);
	});

	test("leaves the old one the signals that it has missed", async () => {
		const { supervisor, clock, processes } = await onTrial();

		supervisor.signal("SIGHUP");
		processes.dieAt(40_002, 3);
		await clock.advance(0);

		expect(processes.signals).toEqual([
			{ pid: 101, name: "SIGHUP" },
			{ pid: 100, name: "SIGHUP" },
		]);
	});

	test("ends with the old one at the end of the agent", async () => {
		const { supervisor, clock, processes, front } = await onTrial();

		const stopped = supervisor.stop();
		await clock.advance(10);

		expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
		expect(processes.live).toEqual([]);
		expect(front().isOpen).toBe(false);
	});

	test("that ends of an interrupt is no rejection", async () => {
		const { supervisor, clock, processes, kinds } = await onTrial();

		supervisor.forward("SIGINT");
		processes.dieAt(40_002, 130);
		await clock.advance(10);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 130 });
		expect(kinds()).not.toContain("put-back");
	});
});

describe("the child that serves ends by itself", () => {
	test("and that is the agent's end, with its code, where restart_on_exit says never", async () => {
		const { supervisor, clock, processes, front } = await serving();

		processes.die(7);
		await clock.advance(0);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 7 });
		expect(front()).toMatchObject({ isOpen: false, target: undefined });
	});

	test("and another takes its place after a pause, for which connections wait", async () => {
		const { supervisor, clock, processes, served, front } = await serving(
			{},
			{ restartOnExit: "on-failure" },
		);

		processes.die(1);
		await clock.advance(10);
		expect(supervisor.state).toMatchObject({ kind: "backing-off", attempt: 0, crashLoop: false });
		expect(served()).toBeUndefined();
		const waiting = front().connect();
		await clock.advance(500);

		expect(served()).toBe(1);
		expect(waiting.target).toEqual({ port: 40_002 });
	});

	test("and is tried again while it cannot be started, which is no rejection", async () => {
		const habits: Record<number, Habit> = {};
		const { clock, processes, served, kinds } = await serving(habits, { restartOnExit: "on-failure" });
		habits[1] = { failsWith: "EAGAIN" };
		processes.die(1);
		await clock.advance(2000);
		habits[1] = {};
		await clock.advance(5000);

		expect(served()).toBe(1);
		expect(kinds()).not.toContain("put-back");
	});

	test("while another is being made ready, which goes on and takes over", async () => {
		const { supervisor, clock, processes, served, rollingValues } = await serving({
			2: { readyAfterMs: 4000 },
		});
		const outcome = supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		processes.dieAt(40_001, 7);
		await clock.advance(1000);
		expect(served()).toBeUndefined();
		expect(supervisor.state).toMatchObject({ kind: "running", ready: false, generation: 2 });
		await clock.advance(3000);

		expect(served()).toBe(2);
		expect(await nowOf(outcome)).toBe("turned-over");
	});

	test("while another is being made ready that fails: the end where restart_on_exit says never", async () => {
		const { supervisor, clock, processes, rollingValues } = await serving({
			2: { readyAfterMs: NEVER, endsAfterMs: 2000, endCode: 9 },
		});
		const outcome = supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		processes.dieAt(40_001, 7);
		await clock.advance(2000);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 7 });
		expect(await nowOf(outcome)).toBe("ended");
	});

	test("while another is being made ready that fails: the values before it come back at once", async () => {
		const habits: Record<number, Habit> = { 2: { readyAfterMs: NEVER, endsAfterMs: 2000 } };
		const { supervisor, clock, processes, served, history, rollingValues } = await serving(habits, {
			restartOnExit: "always",
		});
		const outcome = supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		processes.dieAt(40_001, 7);
		await clock.advance(1250);

		expect(await nowOf(outcome)).toBe("put-back");
		expect(served()).toBe(1);
		habits[2] = {};
		await clock.advance(1000);

		expect(served()).toBe(2);
		expect(history()).toEqual([1, 2, 1, 2]);
	});

	test("while newer values come just as the next one fails as well, which are started at once", async () => {
		const { supervisor, clock, processes, served, kinds, rollingValues } = await serving(
			{ 2: { readyAfterMs: NEVER } },
			{ restartOnExit: "always" },
		);
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);
		processes.dieAt(40_001, 7);
		await clock.advance(1000);

		processes.dieAt(40_002, 7);
		const outcome = supervisor.replace(rollingValues(3));
		await clock.advance(250);

		expect(await nowOf(outcome)).toBe("turned-over");
		expect(served()).toBe(3);
		expect(kinds()).not.toContain("backing-off");
	});

	test("and the child with the values before rejected ones as well, which is no end either", async () => {
		const habits: Record<number, Habit> = { 2: { readyAfterMs: NEVER } };
		const { supervisor, clock, processes, history, rollingValues } = await serving(habits, {
			restartOnExit: "on-failure",
		});
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);
		habits[1] = { readyAfterMs: NEVER, endsAfterMs: 1000, endCode: 0 };
		processes.dieAt(40_001, 7);
		await clock.advance(1000);

		processes.dieAt(40_002, 7);
		await clock.advance(4000);

		expect(history()).toEqual([1, 2, 1, 2]);
		expect(supervisor.state).toMatchObject({ kind: "running", generation: 2 });
	});

	test.each([
		{ lifeMs: STARTUP_MS, generation: 2, name: "young: it is the turn of the rejected values" },
		{ lifeMs: 61_000, generation: 1, name: "after a long life: its own values come first" },
	])("while newer values are rejected, $name", async ({ lifeMs, generation }) => {
		const habits: Record<number, Habit> = { 2: { failsWith: "ENOENT" } };
		const { supervisor, clock, processes, served, rollingValues } = await serving(habits, {
			restartOnExit: "always",
		});
		await clock.advance(lifeMs - STARTUP_MS);
		void supervisor.replace(rollingValues(2));
		await clock.advance(100);
		habits[2] = {};

		processes.die(1);
		await clock.advance(510);

		expect(served()).toBe(generation);
	});

	test("and pauses begin anew when it had outlived the longest of them", async () => {
		const { clock, processes, events } = await serving({}, { restartOnExit: "always" });

		for (const lifeMs of [10, 10, 61_000, 10]) {
			await clock.advance(lifeMs);
			processes.die(1);
			await clock.advance(5000);
		}

		const delays = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
		expect(delays).toEqual([500, 1000, 500, 1000]);
	});

	test("takes the rest of its group with it", async () => {
		const { clock, processes } = await serving(
			{ 1: { helperOutlivesByMs: NEVER } },
			{ restartOnExit: "always" },
		);

		processes.die(1);
		await clock.advance(STOP_TIMEOUT_MS + 1000);

		expect(processes.live.map(({ pid }) => pid)).toEqual([101]);
	});

	test("again and again: pauses grow, and from the third on it is called a crash loop", async () => {
		const { supervisor, clock, events } = await serving(
			{ 1: { endsAfterMs: STARTUP_MS + 1 } },
			{ restartOnExit: "always" },
		);

		const seen = new Set<string>();
		for (let turn = 0; turn < 100; turn++) {
			await clock.advance(500);
			const { state } = supervisor;
			if (state.kind === "backing-off") seen.add(`${state.attempt} ${state.crashLoop}`);
		}

		const delays = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
		expect(delays.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
		expect([...seen]).toEqual(expect.arrayContaining(["1 false", "2 true", "3 true"]));
	});
});

describe("stop()", () => {
	test("refuses new clients, and ends the child when every answer has ended", async () => {
		const { supervisor, clock, processes, front } = await serving();
		const stream = front().connect();

		const stopped = supervisor.stop();
		await clock.advance(DRAIN_TIMEOUT_MS - 1);
		expect(front()).toMatchObject({ isOpen: false, target: { port: 40_001 } });
		expect(processes.last).toMatchObject({ leaderAlive: true, isStopping: false });
		expect(supervisor.state).toMatchObject({ kind: "stopping", pid: 100, why: "stop" });
		front().disconnect(stream);
		await clock.advance(0);

		expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
		expect(stream.wasCut).toBe(false);
	});

	test("gives answers no more than the drain timeout", async () => {
		const { supervisor, clock, front } = await serving();
		front().connect();

		const stopped = supervisor.stop();
		await clock.advance(DRAIN_TIMEOUT_MS);

		expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
	});

	test("waits for nobody where nobody asks anything", async () => {
		const { supervisor, clock } = await serving();

		const stopped = supervisor.stop();
		await clock.advance(0);

		expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
	});

	test.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("waits no longer after a further %s", async (name) => {
		const { supervisor, clock, front } = await serving();
		front().connect();
		supervisor.forward("SIGTERM");
		await clock.advance(1000);

		supervisor.forward(name);
		await clock.advance(10);

		expect(supervisor.state).toMatchObject({ kind: "exited" });
	});

	test("waits no longer for a child that ends by itself meanwhile", async () => {
		const { supervisor, clock, processes, front } = await serving();
		front().connect();
		const stopped = supervisor.stop();
		await clock.advance(1000);

		processes.die(5);
		await clock.advance(0);

		expect(await nowOf(stopped)).toEqual({ code: 5 });
	});

	test("ends the child that serves, the next one and those that drain, all at the same time", async () => {
		const { supervisor, clock, processes, events, front, rollingValues } = await serving({
			1: { stopsAfterMs: 3000 },
			2: { stopsAfterMs: 3000 },
			3: { stopsAfterMs: 3000, readyAfterMs: NEVER },
		});
		const stream = front().connect();
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);
		const outcome = supervisor.replace(rollingValues(3));
		await clock.advance(1000);
		expect(processes.live).toHaveLength(3);

		void supervisor.stop();
		const stopped = supervisor.stop();
		await clock.advance(10);
		expect(supervisor.state).toMatchObject({ kind: "stopping", pid: 101, why: "stop" });
		expect(stream.isOpen).toBe(true);
		await clock.advance(3000);

		expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
		expect(await nowOf(outcome)).toBe("ended");
		expect(processes.live).toEqual([]);
		expect(events.flatMap((event) => (event.kind === "stopping" ? [event.why] : []))).toEqual([
			"stop",
			"stop",
			"stop",
		]);
		expect(events.map(({ kind }) => kind)).not.toContain("drained");
		expect(processes.guarded.size).toBe(0);
		expect(front().isOpen).toBe(false);
	});

	test("gives the code of the child that serves, not of one that drains or comes", async () => {
		const { supervisor, clock, processes, front, rollingValues } = await serving({
			2: { stopsAfterMs: NEVER },
			3: { readyAfterMs: NEVER },
		});
		front().connect();
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);
		void supervisor.replace(rollingValues(3));
		await clock.advance(1000);

		void supervisor.stop();
		const stopped = supervisor.stop();
		await clock.advance(10);
		processes.dieAt(40_002, 42);
		await clock.advance(100);

		expect(await nowOf(stopped)).toEqual({ code: 42 });
	});

	test("is all that counts when the child ends at the same moment", async () => {
		const { supervisor, clock, processes, kinds } = await serving({}, { restartOnExit: "always" });

		processes.die(9);
		const stopped = supervisor.stop();
		await clock.advance(10);

		expect(await nowOf(stopped)).toEqual({ code: 9 });
		expect(kinds()).toEqual(["started", "ready", "switched", "stands", "exited"]);
	});

	test("ends a pause", async () => {
		const { supervisor, clock, processes } = await serving({}, { restartOnExit: "always" });
		processes.die(9);
		await clock.advance(10);

		const stopped = supervisor.stop();
		await clock.advance(0);

		expect(await nowOf(stopped)).toEqual({ code: 9 });
	});
});

describe("signals", () => {
	test("of on_change go to the child that serves, and to the next one when it takes over", async () => {
		const { supervisor, clock, processes, rollingValues } = await serving({ 2: { readyAfterMs: 4000 } });
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		expect(supervisor.signal("SIGHUP")).toBe(true);
		expect(processes.signals).toEqual([{ pid: 100, name: "SIGHUP" }]);
		await clock.advance(3250);

		expect(processes.signals).toContainEqual({ pid: 101, name: "SIGHUP" });
		expect(processes.signals.findIndex(({ pid }) => pid === 101)).toBe(1);
	});

	test("of a terminal go to all groups", async () => {
		const { supervisor, clock, processes, front, rollingValues } = await serving();
		front().connect();
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		supervisor.forward("SIGWINCH");

		expect(processes.signals).toEqual([
			{ pid: -101, name: "SIGWINCH" },
			{ pid: -100, name: "SIGWINCH" },
		]);
	});

	test("of a terminal go to what a dead child has left behind, too", async () => {
		const { supervisor, clock, processes } = await serving(
			{ 1: { helperOutlivesByMs: NEVER } },
			{ restartOnExit: "always" },
		);
		processes.die(1);
		await clock.advance(1000);

		supervisor.forward("SIGWINCH");

		expect(processes.signals.filter(({ name }) => name === "SIGWINCH").map(({ pid }) => pid)).toEqual([
			-101, -100,
		]);
	});

	test("for a program go to the child that serves alone", async () => {
		const { supervisor, clock, processes, front, rollingValues } = await serving();
		front().connect();
		void supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		supervisor.forward("SIGUSR1");

		expect(processes.signals).toEqual([{ pid: 101, name: "SIGUSR1" }]);
	});

	test("after an interrupt a child that ends of it is not started again", async () => {
		const { supervisor, clock, processes } = await serving({}, { restartOnExit: "always" });

		supervisor.forward("SIGINT");
		processes.die(130);
		await clock.advance(0);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 130 });
	});

	test("after an interrupt a next child that ends of it is no rejection, whether the one that serves ends or not", async () => {
		const habits: Record<number, Habit> = { 2: { readyAfterMs: NEVER } };
		const { supervisor, clock, processes, kinds, served, rollingValues } = await serving(habits);
		const outcome = supervisor.replace(rollingValues(2));
		await clock.advance(1000);

		supervisor.forward("SIGINT");
		processes.dieAt(40_002, 130);
		await clock.advance(100);
		expect(kinds()).not.toContain("put-back");
		expect(kinds()).not.toContain("backing-off");
		habits[2] = {};
		await clock.advance(STOP_TIMEOUT_MS);

		expect(served()).toBe(2);
		expect(await nowOf(outcome)).toBe("turned-over");
	});

	test("the end of a child is told before the pause that follows it", async () => {
		const { clock, processes, kinds } = await serving({}, { restartOnExit: "always" });

		processes.die(3);
		await clock.advance(0);

		expect(kinds().slice(-2)).toEqual(["exited", "backing-off"]);
	});
});
