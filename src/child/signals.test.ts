import { describe, expect, test } from "vitest";
import { bench, GRACE_MS, nowOf, values } from "../../test/fixtures/child/bench.ts";
import { FORWARDED_SIGNALS, meaningOf } from "./signals.ts";

const CHILD = 100;

describe("forward()", () => {
	test.each(FORWARDED_SIGNALS)("%s before there is a child does no harm", (name) => {
		const { supervisor, processes } = bench();

		supervisor.forward(name);

		expect(processes.signals).toEqual([]);
	});

	test.each(FORWARDED_SIGNALS.filter((name) => meaningOf(name) === "program"))(
		"%s reaches the first process alone, once",
		async (name) => {
			const { supervisor, processes } = bench();
			await supervisor.start(values(1));

			supervisor.forward(name);

			expect(processes.signals).toEqual([{ pid: CHILD, name }]);
		},
	);

	test.each(["SIGINT", "SIGQUIT", "SIGWINCH", "SIGCONT"] as const)(
		"%s reaches the group as it is, once",
		async (name) => {
			const { supervisor, processes } = bench();
			await supervisor.start(values(1));

			supervisor.forward(name);

			expect(processes.signals).toEqual([{ pid: -CHILD, name }]);
		},
	);

	test("SIGTERM is the stop signal for the child and the end for the agent", async () => {
		const { supervisor, processes, clock } = bench({ stopSignal: "SIGQUIT" });
		await supervisor.start(values(1));

		supervisor.forward("SIGTERM");
		await clock.advance(0);
		processes.die(0);
		await clock.advance(0);

		expect(processes.signals[0]).toEqual({ pid: -CHILD, name: "SIGQUIT" });
		expect(await nowOf(supervisor.exited)).toEqual({ code: 0 });
	});

	test("SIGINT leaves a child alone that goes on", async () => {
		const { supervisor, clock } = bench();
		await supervisor.start(values(1));

		supervisor.forward("SIGINT");
		await clock.advance(60_000);

		expect(supervisor.state.kind).toBe("running");
	});

	test("SIGINT that ends the child is the end, whatever the restart policy", async () => {
		const { supervisor, processes, clock } = bench({ restartOnExit: "always" });
		await supervisor.start(values(1));
		await clock.advance(GRACE_MS);

		supervisor.forward("SIGINT");
		processes.die(0, "SIGINT");
		await clock.advance(0);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 130, signal: "SIGINT" });
	});

	test("SIGINT long ago has nothing to do with a crash", async () => {
		const { supervisor, processes, clock } = bench({ restartOnExit: "always" });
		await supervisor.start(values(1));
		supervisor.forward("SIGINT");
		await clock.advance(60_000);

		processes.die(1);
		await clock.advance(0);

		expect(supervisor.state.kind).toBe("backing-off");
	});

	test("SIGINT in a pause is the end", async () => {
		const { supervisor, clock } = bench({ restartOnExit: "always" }, { 1: { endsAfterMs: 1, endCode: 4 } });
		await supervisor.start(values(1));
		await clock.advance(10);

		supervisor.forward("SIGINT");
		await clock.advance(0);

		expect(await nowOf(supervisor.exited)).toEqual({ code: 4 });
	});

	test("SIGINT during a restart is the end", async () => {
		const { supervisor, clock, history } = bench({}, { 1: { stopsAfterMs: 1000 } });
		await supervisor.start(values(1));
		void supervisor.replace(values(2));
		await clock.advance(10);

		supervisor.forward("SIGINT");
		await clock.advance(2000);

		expect(history()).toEqual([1]);
		expect(supervisor.state.kind).toBe("exited");
	});

	test("SIGTSTP stops the group, then the agent", async () => {
		const { supervisor, processes } = bench();
		await supervisor.start(values(1));

		supervisor.forward("SIGTSTP");

		expect(processes.signals).toEqual([{ pid: -CHILD, name: "SIGSTOP" }]);
		expect(processes.suspended).toBe(1);
	});

	test("SIGTSTP is passed on as it is where the agent cannot stop", async () => {
		const { supervisor, processes } = bench();
		Object.defineProperty(processes, "suspendSelf", { value: undefined });
		await supervisor.start(values(1));

		supervisor.forward("SIGTSTP");

		expect(processes.signals).toEqual([{ pid: -CHILD, name: "SIGTSTP" }]);
	});
});

describe("signal()", () => {
	test("reaches the first process alone", async () => {
		const { supervisor, processes } = bench();
		await supervisor.start(values(1));

		expect(supervisor.signal("SIGHUP")).toBe(true);
		expect(processes.signals).toEqual([{ pid: CHILD, name: "SIGHUP" }]);
	});

	test("has nothing left to do when a child is about to start anyway", async () => {
		const { supervisor, clock } = bench({ restartOnExit: "always" }, { 1: { endsAfterMs: 1 } });
		await supervisor.start(values(1));
		await clock.advance(10);

		expect(supervisor.state.kind).toBe("backing-off");
		expect(supervisor.signal("SIGHUP")).toBe(true);
	});

	test("is not done without a child, nor with one that is ending for good", async () => {
		const { supervisor, clock } = bench({}, { 1: { stopsAfterMs: 1000 } });
		expect(supervisor.signal("SIGHUP")).toBe(false);

		await supervisor.start(values(1));
		void supervisor.stop();
		await clock.advance(1);
		expect(supervisor.signal("SIGHUP")).toBe(false);
		await clock.advance(2000);
		expect(supervisor.signal("SIGHUP")).toBe(false);
	});

	test("is not done when the process is gone already", async () => {
		const { supervisor, processes } = bench();
		await supervisor.start(values(1));
		processes.signal = () => "gone";

		expect(supervisor.signal("SIGHUP")).toBe(false);
	});
});

test("FORWARDED_SIGNALS leaves out what the agent, its runtime or the kernel needs", () => {
	for (const name of [
		"SIGHUP",
		"SIGKILL",
		"SIGSTOP",
		"SIGCHLD",
		"SIGPIPE",
		"SIGTTIN",
		"SIGTTOU",
		"SIGPROF",
	]) {
		expect(FORWARDED_SIGNALS).not.toContain(name);
	}
	expect(FORWARDED_SIGNALS).toContain("SIGUSR1");
});
