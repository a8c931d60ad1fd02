import { describe, expect, test } from "vitest";
import { bench, GRACE_MS, nowOf, READY, spec, values } from "../../test/fixtures/child/bench.ts";
import type { Habit } from "../../test/fixtures/child/fake-processes.ts";
import type { ChildSpec } from "./ports.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** A supervisor that asks its child; `habits` by generation. */
function asking(habits: Readonly<Record<number, Habit>>, over: Partial<ChildSpec> = {}) {
	return bench({ ready: READY, ...over }, habits);
}

describe("the first child", () => {
	test("has started when it is ready, and not before", async () => {
		const { supervisor, clock, events } = asking({ 1: { readyAfterMs: 7000 } });

		const started = supervisor.start(values(1));
		await clock.advance(6999);
		expect(await nowOf(started)).toBe("pending");
		expect(supervisor.state).toMatchObject({ kind: "running", ready: false });
		await clock.advance(251);

		expect(await nowOf(started)).toBeUndefined();
		expect(supervisor.state).toMatchObject({ kind: "running", ready: true });
		expect(events.map(({ kind }) => kind)).toEqual(["started", "ready"]);
	});

	test("is stopped when it is not ready in time, and that is the agent's end with what it answered last", async () => {
		const { supervisor, clock, processes, events } = asking(
			{ 1: { readyAfterMs: NEVER } },
			{ restartOnExit: "always" },
		);

		const started = supervisor.start(values(1));
		const failure = expect(started).rejects.toMatchObject({
			code: "E_CHILD_NOT_READY",
			exitCode: 1,
			message: "the child was not ready within 1m",
			rows: { in: "exec.ready", has: "ask: connection refused" },
		});
		await clock.advance(60_000);

		await failure;
		expect(await nowOf(supervisor.exited)).toEqual({ code: 1 });
		expect(processes.live).toEqual([]);
		expect(events.map(({ kind }) => kind)).toEqual(["started", "not-ready", "stopping", "exited"]);
	});

	test("has the last word with its exit code when it ends before it is ready", async () => {
		const { supervisor, clock, processes } = asking({ 1: { readyAfterMs: NEVER } });
		const started = supervisor.start(values(1));
		await clock.advance(1000);

		processes.die(3);
		await clock.advance(250);

		expect(await nowOf(started)).toBeUndefined();
		expect(await nowOf(supervisor.exited)).toEqual({ code: 3 });
	});

	test("is started again, where restart_on_exit says so, when it ends before it is ready", async () => {
		const habits: Record<number, Habit> = { 1: { readyAfterMs: NEVER } };
		const { supervisor, clock, processes } = asking(habits, { restartOnExit: "on-failure" });
		const started = supervisor.start(values(1));
		await clock.advance(1000);
		habits[1] = {};

		processes.die(3);
		await clock.advance(2000);

		expect(await nowOf(started)).toBeUndefined();
		expect(supervisor.state).toMatchObject({ kind: "running", ready: true });
	});

	test("is stopped at once when the agent ends before it is ready", async () => {
		const { supervisor, clock, processes } = asking({ 1: { readyAfterMs: NEVER } });
		const started = supervisor.start(values(1));
		await clock.advance(1000);

		const stopped = supervisor.stop();
		await clock.advance(10);

		expect(await nowOf(stopped)).toMatchObject({ signal: "SIGTERM" });
		expect(await nowOf(started)).toBeUndefined();
		expect(processes.live).toEqual([]);
	});
});

describe("a new child", () => {
	test("stands when it has lived through the start grace after it was ready, however long that took", async () => {
		const { supervisor, clock, kinds } = asking({ 2: { readyAfterMs: GRACE_MS * 5 } });
		await supervisor.start(values(1));

		const outcome = supervisor.replace(values(2));
		await clock.advance(GRACE_MS * 5);
		expect(supervisor.state).toMatchObject({ kind: "running", generation: 2, ready: true });
		await clock.advance(GRACE_MS - 1);
		expect(await nowOf(outcome)).toBe("pending");
		await clock.advance(1);

		expect(await nowOf(outcome)).toBe("turned-over");
		expect(kinds().slice(-2)).toEqual(["ready", "stands"]);
	});

	test("that is ready and ends within the start grace is put back", async () => {
		const { supervisor, clock, history } = asking({ 2: { endsAfterMs: GRACE_MS - 1, endCode: 3 } });
		await supervisor.start(values(1));

		const outcome = supervisor.replace(values(2));
		await clock.advance(GRACE_MS);

		expect(await nowOf(outcome)).toBe("put-back");
		expect(history()).toEqual([1, 2, 1]);
	});

	test("that is not ready in time makes room for one with the values before, once", async () => {
		const { supervisor, clock, history, events } = asking({ 2: { readyAfterMs: NEVER } });
		await supervisor.start(values(1));

		const outcome = supervisor.replace(values(2));
		await clock.advance(60 * 60_000);

		expect(await nowOf(outcome)).toBe("put-back");
		expect(history()).toEqual([1, 2, 1]);
		expect(supervisor.state).toMatchObject({ kind: "running", generation: 1, ready: true });
		expect(events.filter(({ kind }) => kind === "not-ready" || kind === "put-back")).toEqual([
			{ kind: "not-ready", generation: 2, pid: 101, afterMs: 60_000, reason: "ask: connection refused" },
			{ kind: "put-back", from: 2, to: 1 },
		]);
	});

	test("that ends before it is ready is put back, long after the start grace as well", async () => {
		const { supervisor, clock, history } = asking({ 2: { readyAfterMs: NEVER, endsAfterMs: GRACE_MS * 2 } });
		await supervisor.start(values(1));

		const outcome = supervisor.replace(values(2));
		await clock.advance(GRACE_MS * 3);

		expect(await nowOf(outcome)).toBe("put-back");
		expect(history()).toEqual([1, 2, 1]);
	});

	test("makes room for newer values before it is ready", async () => {
		const { supervisor, clock, history } = asking({ 2: { readyAfterMs: NEVER } });
		await supervisor.start(values(1));
		const second = supervisor.replace(values(2));
		await clock.advance(1000);

		const third = supervisor.replace(values(3));
		await clock.advance(GRACE_MS);

		expect(await Promise.all([second, third])).toEqual(["superseded", "turned-over"]);
		expect(history()).toEqual([1, 2, 3]);
	});

	test("is asked in the way that its own spec says", async () => {
		const { supervisor, clock } = asking({ 2: { readyAfterMs: NEVER } });
		await supervisor.start(values(1));

		const patience = spec({ ready: { ...READY, timeoutMs: 1000 } });
		const outcome = supervisor.replace({ ...values(2), spec: patience });
		await clock.advance(1250);

		expect(await nowOf(outcome)).toBe("put-back");
	});
});

describe("the end of a first child that was not ready in time", () => {
	/** While it is stopped, which takes a second. */
	async function ending() {
		const world = asking({ 1: { readyAfterMs: NEVER, stopsAfterMs: 1000 } });
		const started = world.supervisor.start(values(1));
		await world.clock.advance(60_500);
		expect(world.supervisor.state).toMatchObject({ kind: "stopping", why: "not-ready" });
		return { ...world, started };
	}

	test("is followed by a child with newer values, where there are any by then", async () => {
		const { supervisor, clock, history, started } = await ending();

		const outcome = supervisor.replace(values(2));
		await clock.advance(1000 + GRACE_MS);

		expect(await nowOf(started)).toBeUndefined();
		expect(await nowOf(outcome)).toBe("turned-over");
		expect(history()).toEqual([1, 2]);
	});

	test("is no failure of an agent that ends as well by then", async () => {
		const { supervisor, clock, started } = await ending();

		const stopped = supervisor.stop();
		await clock.advance(1000);

		expect(await nowOf(started)).toBeUndefined();
		expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
	});
});

describe("a question", () => {
	test("that has no answer after five seconds is broken off and asked anew", async () => {
		const { supervisor, clock, processes } = asking({});
		let asked = 0;
		processes.ask = async (_, signal) => {
			if (++asked === 4) return undefined;
			await new Promise((resolve) => signal.addEventListener("abort", resolve));
			return "no answer in time";
		};

		const started = supervisor.start(values(1));
		await clock.advance(3 * 5250 - 1);
		expect(asked).toBe(3);
		await clock.advance(1);

		expect(await nowOf(started)).toBeUndefined();
	});

	test("is asked once more by an agent that was held up itself, before it gives up", async () => {
		const { supervisor, clock, processes } = asking({});
		let asked = 0;
		processes.ask = async () => {
			if (++asked === 2) return undefined;
			await clock.sleep(10 * 60_000, new AbortController().signal); // as long as nobody hears of the abort
			return "connection refused";
		};

		const started = supervisor.start(values(1));
		await clock.advance(10 * 60_000);

		expect(await nowOf(started)).toBeUndefined();
	});

	test("that hangs to the end is waited for no longer than a second over the time", async () => {
		const { supervisor, clock, processes } = asking({});
		processes.ask = async (_, signal) => {
			await new Promise((resolve) => signal.addEventListener("abort", resolve));
			return "no answer in time";
		};

		const failure = expect(supervisor.start(values(1))).rejects.toMatchObject({ code: "E_CHILD_NOT_READY" });
		await clock.advance(61_000);

		await failure;
		expect(await nowOf(supervisor.exited)).toEqual({ code: 1 });
	});

	test("that somebody else answers says nothing of a child that has ended", async () => {
		const { supervisor, clock, processes, kinds } = asking({});
		processes.ask = async () => {
			processes.die(3);
			await clock.sleep(10, new AbortController().signal);
			return undefined;
		};

		const started = supervisor.start(values(1));
		await clock.advance(1000);

		expect(await nowOf(started)).toBeUndefined();
		expect(await nowOf(supervisor.exited)).toEqual({ code: 3 });
		expect(kinds()).toEqual(["started", "exited"]);
	});
});

test("the end during a pause is that of the last child, how it came about that it ended", async () => {
	const habits: Record<number, Habit> = {};
	const { supervisor, clock, processes } = asking(habits, { restartOnExit: "always" });
	await supervisor.start(values(1));
	habits[1] = { readyAfterMs: NEVER };
	processes.die(0);
	await clock.advance(61_000);
	expect(supervisor.state.kind).toBe("backing-off");

	const stopped = supervisor.stop();
	await clock.advance(0);

	expect(await nowOf(stopped)).toEqual({ code: 143, signal: "SIGTERM" });
});

test("children that are never ready are started with growing pauses, and that is called a crash loop from the third on", async () => {
	const habits: Record<number, Habit> = {};
	const patient = { ...READY, timeoutMs: 61_000 };
	const { supervisor, clock, processes, events } = asking(habits, {
		restartOnExit: "always",
		ready: patient,
	});
	await supervisor.start(values(1));
	habits[1] = { readyAfterMs: NEVER };
	processes.die(0);

	const seen = new Set<string>();
	for (let second = 0; second < 600; second++) {
		await clock.advance(1000);
		const { state } = supervisor;
		if (state.kind === "backing-off") seen.add(`${state.attempt} ${state.crashLoop}`);
	}

	const delays = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
	expect(delays.slice(0, 5)).toEqual([500, 1000, 2000, 4000, 8000]);
	expect([...seen].slice(-4).every((each) => each.endsWith("true"))).toBe(true);
	expect([...seen]).toEqual(expect.arrayContaining(["1 false", "2 true"]));
});
