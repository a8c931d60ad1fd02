import { describe, expect, test } from "vitest";
import { bench, GRACE_MS, nowOf, spec, STOP_TIMEOUT_MS, values } from "../../test/fixtures/child/bench.ts";
import { codeOf } from "../../test/fixtures/child/fake-processes.ts";

describe("the first child", () => {
	test("its exit code is the agent's, at once, when it dies within the grace", async () => {
		const { supervisor, processes, clock } = bench();
		await supervisor.start(values(1));

		processes.die(3);
		await clock.advance(0);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 3 });
		expect(supervisor.state.kind).toBe("exited");
	});

	test("128+n when a signal ends it", async () => {
		const { supervisor, processes, clock } = bench();
		await supervisor.start(values(1));

		processes.die(0, "SIGSEGV");
		await clock.advance(0);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 139, signal: "SIGSEGV" });
	});

	test("start() rejects and exited resolves when it cannot be started, whatever the restart policy", async () => {
		const { supervisor } = bench({ restartOnExit: "always" }, { 1: { failsWith: "ENOENT" } });

		await expect(supervisor.start(values(1))).rejects.toMatchObject({
			code: "E_CHILD_START",
			exitCode: 127,
		});

		expect(await nowOf(supervisor.exited)).toEqual({ code: 127 });
	});

	test("start() refuses a second call", async () => {
		const { supervisor } = bench();
		await supervisor.start(values(1));

		await expect(supervisor.start(values(2))).rejects.toThrow(TypeError);
	});

	test("none is started when the agent stops before", async () => {
		const { supervisor, processes } = bench();

		expect(await supervisor.stop()).toEqual({ code: 0 });
		await supervisor.start(values(1));

		expect(processes.starts).toBe(0);
		expect(await supervisor.replace(values(2))).toBe("ended");
	});

	test("none is started when the agent stops while the first is being prepared", async () => {
		const { supervisor, processes } = bench();

		const started = supervisor.start(values(1));
		const stopped = supervisor.stop();
		await started;

		expect(await stopped).toEqual({ code: 0 });
		expect(processes.starts).toBe(0);
	});
});

describe("replace()", () => {
	test("stops the old child, starts the new one, and reports once that one stands", async () => {
		const { supervisor, processes, clock, history, kinds } = bench();
		await supervisor.start(values(1));
		await clock.advance(GRACE_MS);

		const outcome = supervisor.replace(values(2));
		await clock.advance(GRACE_MS - 1);
		expect(await nowOf(outcome)).toBe("pending");
		await clock.advance(1);

		expect(await nowOf(outcome)).toBe("turned-over");
		expect(history()).toEqual([1, 2]);
		expect(processes.live).toHaveLength(1);
		expect(kinds()).toEqual(["started", "stands", "stopping", "exited", "started", "stands"]);
	});

	test("makes one more restart, with the newest, for any number of calls during a restart", async () => {
		const { supervisor, clock, history } = bench({}, { 1: { stopsAfterMs: 4000 } });
		await supervisor.start(values(1));

		const second = supervisor.replace(values(2));
		await clock.advance(1000);
		const third = supervisor.replace(values(3));
		await clock.advance(1000);
		const fourth = supervisor.replace(values(4));
		await clock.advance(20_000);

		expect(history()).toEqual([1, 4]);
		expect(await Promise.all([second, third, fourth])).toEqual(["superseded", "superseded", "turned-over"]);
	});

	test("kills the group of a child that ignores the stop signal, after the timeout and not before", async () => {
		const { supervisor, processes, clock, history } = bench({}, { 1: { stopsAfterMs: Infinity } });
		await supervisor.start(values(1));

		void supervisor.replace(values(2));
		await clock.advance(STOP_TIMEOUT_MS - 1);
		expect(processes.signals.map((sent) => sent.name)).toEqual(["SIGTERM", "SIGCONT"]);
		await clock.advance(1000);

		expect(processes.signals.at(-1)).toEqual({ pid: -100, name: "SIGKILL" });
		expect(history()).toEqual([1, 2]);
	});

	test("waits for a helper that outlives the old child, and kills it when the timeout has passed", async () => {
		const { supervisor, processes, clock, history } = bench({}, { 1: { helperOutlivesByMs: Infinity } });
		await supervisor.start(values(1));

		void supervisor.replace(values(2));
		await clock.advance(STOP_TIMEOUT_MS - 1);
		expect(history()).toEqual([1]);
		await clock.advance(1000);

		expect(history()).toEqual([1, 2]);
		expect(processes.faults).toEqual([]);
	});

	test("puts a child that dies within the grace back to the values before it, once", async () => {
		const { supervisor, clock, history, kinds, events } = bench({}, { 2: { endsAfterMs: 100 } });
		await supervisor.start(values(1));
		await clock.advance(GRACE_MS);

		const outcome = supervisor.replace(values(2));
		await clock.advance(60 * 60_000);

		expect(await nowOf(outcome)).toBe("put-back");
		expect(history()).toEqual([1, 2, 1]);
		expect(kinds()).not.toContain("backing-off");
		expect(events).toContainEqual({ kind: "put-back", from: 2, to: 1 });
	});

	test("runs another command when the values bring one, and the old one again when that does not live", async () => {
		const { supervisor, clock, processes } = bench({ restartOnExit: "always" }, { 2: { endsAfterMs: 100 } });
		await supervisor.start(values(1));
		await clock.advance(GRACE_MS);

		void supervisor.replace({ ...values(2), spec: spec({ command: ["other"] }) });
		await clock.advance(1000);

		expect(processes.groups.map(({ command }) => command)).toEqual([["gateway"], ["other"], ["gateway"]]);
	});

	test("puts a child that cannot be started back as well", async () => {
		const { supervisor, clock, history } = bench({}, { 2: { failsWith: "E2BIG" } });
		await supervisor.start(values(1));

		const outcome = supervisor.replace(values(2));
		await clock.advance(GRACE_MS);

		expect(await nowOf(outcome)).toBe("put-back");
		expect(history()).toEqual([1, 1]);
		expect(supervisor.state.kind).toBe("running");
	});

	test("puts back to the newest values that stood, not to those that never had the time", async () => {
		const { supervisor, clock, history } = bench({}, { 3: { endsAfterMs: 10 } });
		await supervisor.start(values(1));
		await clock.advance(GRACE_MS);
		void supervisor.replace(values(2));
		await clock.advance(100);

		void supervisor.replace(values(3));
		await clock.advance(GRACE_MS);

		expect(history()).toEqual([1, 2, 3, 1]);
	});

	test("puts nothing back when newer values have come while the dead child's group was ended", async () => {
		const dying = { endsAfterMs: 10, helperOutlivesByMs: 1000 };
		const { supervisor, clock, history } = bench({}, { 2: dying });
		await supervisor.start(values(1));
		const second = supervisor.replace(values(2));
		await clock.advance(500);

		const third = supervisor.replace(values(3));
		await clock.advance(GRACE_MS * 2);

		expect(history()).toEqual([1, 2, 3]);
		expect(await Promise.all([second, third])).toEqual(["superseded", "turned-over"]);
	});

	test("backs off, trying the newest again, when the child that was put back dies too", async () => {
		const lifetimes = { 1: [Infinity, 10], 2: [10, 10, Infinity] };
		const life = (generation: 1 | 2) => lifetimes[generation].shift() ?? Infinity;
		const habits = {
			get 1() {
				return { endsAfterMs: life(1) };
			},
			get 2() {
				return { endsAfterMs: life(2) };
			},
		};
		const { supervisor, clock, history, kinds } = bench({}, habits);
		await supervisor.start(values(1));
		await clock.advance(GRACE_MS);

		void supervisor.replace(values(2));
		await clock.advance(GRACE_MS * 4);

		expect(history()).toEqual([1, 2, 1, 2, 2]);
		expect(kinds().filter((kind) => kind === "put-back")).toHaveLength(1);
		expect(kinds().filter((kind) => kind === "backing-off")).toHaveLength(2);
		expect(supervisor.state).toMatchObject({ kind: "running", generation: 2 });
	});

	test("ends a pause at once", async () => {
		const { supervisor, clock, history } = bench({ restartOnExit: "always" }, { 1: { endsAfterMs: 10 } });
		await supervisor.start(values(1));
		await clock.advance(20);
		expect(supervisor.state.kind).toBe("backing-off");

		void supervisor.replace(values(2));
		await clock.advance(0);

		expect(history()).toEqual([1, 2]);
	});

	test("refuses to be called before start()", async () => {
		await expect(bench().supervisor.replace(values(1))).rejects.toThrow(TypeError);
	});
});

describe("restartOnExit", () => {
	test.each([
		{ policy: "never", code: 0, children: 1 },
		{ policy: "never", code: 1, children: 1 },
		{ policy: "on-failure", code: 0, children: 1 },
		{ policy: "on-failure", code: 1, children: 2 },
		{ policy: "always", code: 0, children: 2 },
		{ policy: "always", code: 1, children: 2 },
	] as const)(
		"$policy makes $children of a child that ends with $code",
		async ({ policy, code, children }) => {
			const { supervisor, processes, clock, history } = bench({ restartOnExit: policy });
			await supervisor.start(values(1));
			await clock.advance(GRACE_MS * 2);

			processes.die(code);
			await clock.advance(1000);

			expect(history()).toHaveLength(children);
			expect(supervisor.state.kind).toBe(children === 1 ? "exited" : "running");
		},
	);

	test("pauses grow up to the limit while the child keeps dying", async () => {
		const { supervisor, clock, events } = bench({ restartOnExit: "always" }, { 1: { endsAfterMs: 1 } });
		await supervisor.start(values(1));

		await clock.advance(10 * 60_000);

		const delays = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
		expect(delays.slice(0, 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
	});

	test("pauses begin anew after a child that outlived the longest", async () => {
		const { supervisor, clock, events, processes } = bench({ restartOnExit: "always" });
		await supervisor.start(values(1));

		for (const lifeMs of [10, 10, 61_000, 10]) {
			await clock.advance(lifeMs);
			processes.die(1);
			await clock.advance(5000);
		}

		const delays = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
		expect(delays).toEqual([500, 1000, 500, 1000]);
	});

	test("a restart that cannot be started is tried again", async () => {
		const habits: Record<number, { failsWith?: string }> = {};
		const { supervisor, processes, clock, history } = bench({ restartOnExit: "on-failure" }, habits);
		await supervisor.start(values(1));
		habits[1] = { failsWith: "ENOENT" };
		processes.die(1);
		await clock.advance(1000);
		expect(supervisor.state.kind).toBe("backing-off");

		habits[1] = {};
		await clock.advance(5000);

		expect(history()).toEqual([1, 1]);
		expect(supervisor.state.kind).toBe("running");
	});
});

describe("stop()", () => {
	test("gives the exit code that the child ended with", async () => {
		const { supervisor, processes, clock } = bench({}, { 1: { stopsAfterMs: Infinity } });
		await supervisor.start(values(1));

		const stopped = supervisor.stop();
		await clock.advance(10);
		expect(supervisor.state).toMatchObject({ kind: "stopping", why: "stop" });
		processes.die(42);
		await clock.advance(100);

		expect(await stopped).toEqual({ code: 42 });
	});

	test("is 128+9 when the child had to be killed", async () => {
		const { supervisor, clock } = bench({}, { 1: { stopsAfterMs: Infinity } });
		await supervisor.start(values(1));

		const stopped = supervisor.stop();
		await clock.advance(STOP_TIMEOUT_MS + 100);

		expect(await stopped).toEqual({ code: codeOf("SIGKILL"), signal: "SIGKILL" });
	});

	test("during a restart starts nothing more", async () => {
		const { supervisor, clock, history } = bench({}, { 1: { stopsAfterMs: 1000 } });
		await supervisor.start(values(1));
		const outcome = supervisor.replace(values(2));
		await clock.advance(10);

		const stopped = supervisor.stop();
		await clock.advance(2000);

		expect(await stopped).toMatchObject({ signal: "SIGTERM" });
		expect(await outcome).toBe("ended");
		expect(history()).toEqual([1]);
	});

	test("ends a pause", async () => {
		const { supervisor, clock } = bench({ restartOnExit: "always" }, { 1: { endsAfterMs: 1, endCode: 9 } });
		await supervisor.start(values(1));
		await clock.advance(10);

		const stopped = supervisor.stop();
		await clock.advance(0);

		expect(await nowOf(stopped)).toEqual({ code: 9 });
	});
});

test("a child that ends by itself takes the rest of its group with it", async () => {
	const { supervisor, processes, clock, kinds } = bench({}, { 1: { helperOutlivesByMs: Infinity } });
	await supervisor.start(values(1));

	processes.die(5);
	await clock.advance(STOP_TIMEOUT_MS + 100);

	expect(await nowOf(supervisor.exited)).toEqual({ code: 5 });
	expect(kinds()).toEqual(["started", "exited", "stopping", "killed"]);
	expect(processes.live).toEqual([]);
});

test("a group that belongs to another user is reported", async () => {
	const { supervisor, processes, clock, kinds } = bench();
	await supervisor.start(values(1));
	processes.signal = () => "refused";

	void supervisor.stop();
	await clock.advance(10);

	expect(kinds()).toContain("signal-refused");
});
