import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bench, nowOf, READY, values } from "../../test/fixtures/child/bench.ts";
import type { Habit } from "../../test/fixtures/child/fake-processes.ts";
import type { AgentError } from "../kernel/mod.ts";

const MIN_PAUSE_MS = 100; // a tenth of backoff.minMs
const LONG_MS = 30 * 60_000;

type Step =
	| { readonly do: "replace"; readonly habit: Habit }
	| { readonly do: "wait"; readonly ms: number }
	| { readonly do: "die"; readonly code: number }
	| { readonly do: "signal" | "interrupt" };

const habit: fc.Arbitrary<Habit> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant({}) },
	fc.record({
		endsAfterMs: fc.constantFrom(0, 1, 100, 4999, 5000, 5001, 90_000),
		endCode: fc.nat({ max: 2 }),
	}),
	fc.record({ stopsAfterMs: fc.constantFrom(0, 10, 9999, 10_000, Infinity) }),
	fc.record({ helperOutlivesByMs: fc.constantFrom(1, 3000, Infinity) }),
	fc.constant({ failsWith: "ENOENT" }),
	fc.record({ readyAfterMs: fc.constantFrom(1, 4000, 59_999, 60_001, Infinity) }),
	fc.record({
		readyAfterMs: fc.constantFrom(100, 6000),
		endsAfterMs: fc.constantFrom(99, 101, 6001, 90_000),
	}),
);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ do: fc.constant("replace" as const), habit }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant("wait" as const),
			ms: fc.constantFrom(0, 1, 100, 4999, 5000, 10_000, 60_000),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("die" as const), code: fc.nat({ max: 2 }) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constantFrom("signal" as const, "interrupt" as const) }) },
);

const plan = fc.record({
	policy: fc.constantFrom("never" as const, "on-failure" as const, "always" as const),
	isAsked: fc.boolean(),
	first: habit,
	steps: fc.array(step, { maxLength: 14 }),
	endsWithStop: fc.boolean(),
});

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

test("any run of changes, deaths and signals keeps one child at most, ends on the newest values or those put back, and is never a hot loop", async () => {
	await fc.assert(
		fc.asyncProperty(plan, async (each) => {
			expect(await broken(each)).toEqual([]);
		}),
		{ numRuns: 300 },
	);
});

/** Lives through the plan, and long enough afterwards for everything to come to rest. */
async function live({ policy, isAsked, first, steps, endsWithStop }: Plan) {
	const habits: Record<number, Habit> = { 1: first };
	const world = bench({ restartOnExit: policy, ...(isAsked && { ready: READY }) }, habits);
	const { supervisor, clock, processes } = world;
	const outcomes: Promise<string>[] = [];
	let newest = 1;
	const started = supervisor.start(values(1)).then(
		() => "begun",
		(error: AgentError) => error.code,
	);
	await clock.advance(0);
	for (const next of steps) {
		if (next.do === "wait") await clock.advance(next.ms);
		else if (next.do === "die" && processes.groups.length > 0) processes.die(next.code);
		else if (next.do === "signal") supervisor.signal("SIGHUP");
		else if (next.do === "interrupt") supervisor.forward("SIGINT");
		else if (next.do === "replace") {
			habits[++newest] = next.habit;
			outcomes.push(supervisor.replace(values(newest)));
		}
	}
	if (endsWithStop) void supervisor.stop();
	await clock.advance(LONG_MS);
	return { ...world, newest, begun: await nowOf(started), told: await Promise.all(outcomes.map(nowOf)) };
}

/** The promises that the supervisor broke. */
async function broken(each: Plan): Promise<string[]> {
	const { supervisor, processes, events, newest, begun, told } = await live(each);
	const { policy, isAsked, endsWithStop } = each;
	const { state } = supervisor;
	const guarded = [...processes.guarded].join();
	const alive = processes.live.map((group) => group.pid).join();
	const pauses = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
	const putBacks = events.flatMap((event) => (event.kind === "put-back" ? [event.from] : []));
	const promises: Record<string, boolean> = {
		"one child at most, and always guarded": processes.faults.length === 0 && guarded === alive,
		"every start is ordered, put back or paused for":
			processes.starts <= newest + putBacks.length + pauses.length,
		"no pause is too short": pauses.every((delayMs) => delayMs >= MIN_PAUSE_MS),
		"values are put back once": policy !== "never" || new Set(putBacks).size === putBacks.length,
		"whoever started the first child is told": begun !== "pending" || state.kind !== "exited",
		"a child that is called ready can serve":
			!isAsked || state.kind !== "running" || !state.ready || processes.canServe(processes.last),
		"a start that fails for want of readiness is the end":
			begun !== "E_CHILD_NOT_READY" || (isAsked && state.kind === "exited" && state.exit.code === 1),
		"comes to rest": ["running", "backing-off", "exited"].includes(state.kind),
		"ends when asked to": !endsWithStop || state.kind === "exited",
		"runs with the newest values, or was put back":
			state.kind !== "running" || state.generation === newest || putBacks.includes(newest),
		"whoever brought values is told, save while the newest are on trial":
			!told.slice(0, -1).includes("pending") && (state.kind !== "exited" || !told.includes("pending")),
	};
	return Object.keys(promises).filter((promise) => promises[promise] === false);
}
