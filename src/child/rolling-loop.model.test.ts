import * as fc from "fast-check";
import { expect, test } from "vitest";
import { GRACE_MS, nowOf } from "../../test/fixtures/child/bench.ts";
import type { FakeConnection } from "../../test/fixtures/child/fake-front.ts";
import type { Habit } from "../../test/fixtures/child/fake-processes.ts";
import { READY, rollingBench } from "../../test/fixtures/child/rolling-bench.ts";
import type { AgentError } from "../kernel/mod.ts";
import type { ChildEvent } from "./events.ts";

const MIN_PAUSE_MS = 100; // a tenth of backoff.minMs
const LONG_MS = 10 * 60_000;
/** Seldom: there are many plans. */
const ASKED = { ...READY, intervalMs: 5000 };
const NEVER = Number.POSITIVE_INFINITY;

type Step =
	| { readonly do: "replace"; readonly habit: Habit }
	| { readonly do: "wait"; readonly ms: number }
	| { readonly do: "die"; readonly who: "serving" | "newest" | "oldest"; readonly code: number }
	| { readonly do: "connect" | "disconnect" | "signal" | "interrupt" };

/** How a program can be slow and stubborn. */
const trying = {
	readyAfterMs: fc.constantFrom(0, 1, 250, 5000, 59_999, 60_001, NEVER),
	stopsAfterMs: fc.constantFrom(0, 10, 9999, NEVER),
	helperOutlivesByMs: fc.constantFrom(1, 3000, NEVER),
};

/** How it can fail. */
const failing = {
	endsAfterMs: fc.constantFrom(0, 1, 249, 5000, 5001, 90_000),
	endCode: fc.nat({ max: 2 }),
	failsWith: fc.constant("ENOENT"),
};

const habit: fc.Arbitrary<Habit> = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ readyAfterMs: fc.constantFrom(0, 250, 5000) }) },
	{ weight: 2, arbitrary: fc.record(trying, { requiredKeys: [] }) },
	{ weight: 1, arbitrary: fc.record({ ...trying, ...failing }, { requiredKeys: [] }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ do: fc.constant("replace" as const), habit }) },
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constant("wait" as const),
			ms: fc.constantFrom(0, 1, 250, 4999, 5000, 10_000, 30_000, 60_000),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant("die" as const),
			who: fc.constantFrom("serving" as const, "newest" as const, "oldest" as const),
			code: fc.nat({ max: 2 }),
		}),
	},
	{ weight: 3, arbitrary: fc.record({ do: fc.constantFrom("connect" as const, "disconnect" as const) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constantFrom("signal" as const, "interrupt" as const) }) },
);

const plan = fc.record({
	policy: fc.constantFrom("never" as const, "on-failure" as const, "always" as const),
	first: habit,
	steps: fc.array(step, { maxLength: 16 }),
	endsWithStop: fc.boolean(),
});

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;
type World = ReturnType<typeof rollingBench>;

test("any run of changes, deaths, clients and signals keeps who serves serving, ends on the newest values or those put back, and leaves nobody behind", async () => {
	await fc.assert(
		fc.asyncProperty(plan, async (each) => {
			expect(await broken(each)).toEqual([]);
		}),
		{ numRuns: 1000 },
	);
});

/** What holds at any moment. */
function faultsNow({ supervisor, processes, front }: World): string[] {
	const { state } = supervisor;
	if (state.kind !== "running") return [];
	const target = state.ready ? front().target : undefined;
	const group = processes.at(target?.port);
	const known = [state.pid, state.next?.pid, ...(state.draining ?? []).map(({ pid }) => pid)];
	const strays = processes.live.filter(({ pid, isStopping, leaderAlive }) => {
		return leaderAlive && !isStopping && !known.includes(pid);
	});
	return [
		...(state.ready && target?.port !== state.port ? [`connections go elsewhere than to ${state.pid}`] : []),
		...(group?.isStopping === true ? [`${group.pid} serves and is to end`] : []),
		...strays.map(({ pid }) => `${pid} runs for nothing`),
	];
}

/** Lives through the plan, and long enough afterwards for everything to come to rest. */
async function live({ policy, first, steps, endsWithStop }: Plan) {
	const habits: Record<number, Habit> = { 1: first };
	const world = rollingBench({ restartOnExit: policy, ready: ASKED, startGraceMs: GRACE_MS }, habits);
	const { supervisor, clock, processes, rollingValues, front, faults, events } = world;
	const outcomes: Promise<string>[] = [];
	const clients: FakeConnection[] = [];
	let newest = 1;
	const started = supervisor.start(rollingValues(1)).then(
		() => "begun",
		(error: AgentError) => error.code,
	);
	await clock.advance(0);
	const act: Record<Step["do"], (step: Step) => void> = {
		wait: () => {},
		replace: (next) => {
			if (next.do !== "replace") return;
			habits[++newest] = next.habit;
			outcomes.push(supervisor.replace(rollingValues(newest)));
		},
		die: (next) => {
			if (next.do !== "die") return;
			const alive = processes.groups.filter(({ leaderAlive }) => leaderAlive);
			const ports = { newest: alive.at(-1)?.env["PORT"], oldest: alive[0]?.env["PORT"] };
			const port = next.who === "serving" ? front().target?.port : ports[next.who];
			processes.dieAt(Number(port), next.code);
		},
		connect: () => void (front().isOpen && clients.push(front().connect())),
		disconnect: () => {
			const client = clients.shift();
			if (client !== undefined) front().disconnect(client);
		},
		signal: () => void supervisor.signal("SIGHUP"),
		interrupt: () => supervisor.forward("SIGINT"),
	};
	for (const next of steps) {
		act[next.do](next);
		if (next.do === "wait") await clock.advance(next.ms);
		faults.push(...faultsNow(world));
	}
	const early = events.slice();
	if (endsWithStop) void supervisor.stop();
	await clock.advance(LONG_MS);
	const whole = endsWithStop ? early : events;
	faults.push(...faultsNow(world));
	return {
		...world,
		newest,
		whole,
		begun: await nowOf(started),
		told: await Promise.all(outcomes.map(nowOf)),
	};
}

/** The promises that the supervisor broke. */
async function broken(each: Plan): Promise<string[]> {
	const { supervisor, processes, front, events, faults, newest, whole, begun, told } = await live(each);
	const { endsWithStop } = each;
	const { state } = supervisor;
	const guarded = [...processes.guarded].join();
	const alive = processes.live.map((group) => group.pid).join();
	const pauses = events.flatMap((event) => (event.kind === "backing-off" ? [event.delayMs] : []));
	const putBacks = events.flatMap((event) => (event.kind === "put-back" ? [event.from] : []));
	const running = state.kind === "running" ? state : undefined;
	const due = [running?.pid, running?.next?.pid].filter((pid) => pid !== undefined);
	const staying = processes.live.filter(({ leaderAlive, isStopping }) => leaderAlive && !isStopping);
	const promises: Record<string, boolean> = {
		"every group is guarded": processes.faults.length === 0 && guarded === alive,
		"connections go to a child that can serve, and to one always": faults.length === 0,
		"every start is ordered, put back, paused for, or put off by an interrupt":
			processes.starts <= newest + putBacks.length + pauses.length + interruptsOf(each),
		"no pause is too short": pauses.every((delayMs) => delayMs >= MIN_PAUSE_MS),
		"values are put back once, and again when their child has taken over meanwhile": isOncePerTry(events),
		"nobody gets a stop signal whose successor has not stood": !events.some(isTooEarly),
		"a child that never stood ends nothing while the one before it could serve": isNeeded(each, whole),
		"whoever started the first child is told": begun !== "pending" || state.kind !== "exited",
		"comes to rest": ["running", "backing-off", "starting", "exited"].includes(state.kind),
		"ends when asked to": !endsWithStop || state.kind === "exited",
		"leaves nobody behind": state.kind === "exited" ? alive === "" : staying.length <= due.length,
		"the public address is given back": state.kind !== "exited" || !front().isOpen,
		"serves with the newest values, or was put back":
			running?.ready !== true || running.generation === newest || putBacks.includes(newest),
		"whoever brought values is told, save while the newest are on trial":
			!told.slice(0, -1).includes("pending") && (state.kind !== "exited" || !told.includes("pending")),
	};
	const names = Object.keys(promises).filter((promise) => promises[promise] === false);
	return [...names, ...faults, ...processes.faults];
}

/** An interrupt means all children. */
function isNeeded(each: Plan, events: readonly ChildEvent[]): boolean {
	return interruptsOf(each) > 0 || !events.some(isNeedless);
}

function interruptsOf({ steps }: Plan): number {
	return steps.filter((each) => each.do === "interrupt").length;
}

/** Each time that values are put back, a child with them has taken over since the last time. */
function isOncePerTry(events: readonly ChildEvent[]): boolean {
	const seen = new Set<number>();
	return events.every((event) => {
		if (event.kind === "switched") seen.delete(event.generation);
		if (event.kind !== "put-back") return true;
		const isNew = !seen.has(event.from);
		seen.add(event.from);
		return isNew;
	});
}

/** The child that served when the last one took over is asked to go, and that last one has not stood. */
function isTooEarly(event: ChildEvent, at: number, events: readonly ChildEvent[]): boolean {
	if (event.kind !== "stopping" || event.why !== "drained") return false;
	const before = events.slice(0, at);
	const standing = before.findLast(({ kind }) => kind === "stands");
	return standing?.kind === "stands" && standing.pid === event.pid;
}

/** A child that took over from one that stood has ended by itself, and that one did not serve again. */
function isNeedless(event: ChildEvent, at: number, events: readonly ChildEvent[]): boolean {
	const switched = events.slice(0, at).findLast((each) => each.kind === "switched");
	const standing = events.slice(0, at).findLast((each) => each.kind === "stands");
	if (switched?.from === undefined || switched.from.pid !== standing?.pid) return false;
	if (event.kind !== "exited" || event.expected || event.pid !== switched.pid) return false;
	const isDead = events.some((each) => each.kind === "exited" && !each.expected && each.pid === standing.pid);
	const isBack = events.slice(at).some((each) => each.kind === "put-back" && each.to === standing.generation);
	return !isDead && !isBack;
}
