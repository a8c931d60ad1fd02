import { describe, expect, test } from "vitest";
import { bench, GRACE_MS, values } from "../../test/fixtures/child/bench.ts";

type World = ReturnType<typeof bench>;

/** Ways into each state, with a child that takes a second to stop; generation 1 has run, 2 is wanted from there on. */
const STATES = {
	idle: async () => bench(),
	starting: async () => {
		const world = bench({ restartOnExit: "on-failure" });
		const { processes, clock } = world;
		const spawn = await processes.loadSpawn();
		processes.loadSpawn = async () => await clock.sleep(10, new AbortController().signal).then(() => spawn);
		void world.supervisor.start(values(1));
		return world;
	},
	"running, new": async () => {
		const world = bench({ restartOnExit: "on-failure" });
		await world.supervisor.start(values(1));
		return world;
	},
	"running, stands": async () => await standing(),
	"running, on trial": async () => {
		const world = await standing();
		void world.supervisor.replace(values(2));
		await world.clock.advance(1001);
		return world;
	},
	"stopping for new values": async () => {
		const world = await standing();
		void world.supervisor.replace(values(2));
		await world.clock.advance(500);
		return world;
	},
	"stopping for the end": async () => {
		const world = await standing();
		void world.supervisor.stop();
		await world.clock.advance(500);
		return world;
	},
	"stopping leftovers": async () => {
		const world = await standing({ helperOutlivesByMs: 2000 });
		world.processes.die(1);
		await world.clock.advance(500);
		return world;
	},
	"backing off": async () => {
		const world = await standing();
		world.processes.die(1);
		await world.clock.advance(1);
		return world;
	},
	exited: async () => {
		const world = await standing();
		world.processes.die(0);
		await world.clock.advance(1);
		return world;
	},
} satisfies Record<string, () => Promise<World>>;

async function standing(habit = {}): Promise<World> {
	const world = bench(
		{ restartOnExit: "on-failure" },
		{ 1: { stopsAfterMs: 1000, ...habit }, 2: { stopsAfterMs: 1000 } },
	);
	await world.supervisor.start(values(1));
	await world.clock.advance(GRACE_MS);
	return world;
}

const HAPPENINGS = {
	"a change": (world: World) => void world.supervisor.replace(values(3)).catch(() => {}),
	"two changes": (world: World) => {
		void world.supervisor.replace(values(3)).catch(() => {});
		void world.supervisor.replace(values(4)).catch(() => {});
	},
	"a crash": (world: World) => world.processes.groups.length > 0 && world.processes.die(1),
	"an end with 0": (world: World) => world.processes.groups.length > 0 && world.processes.die(0),
	"a change and a crash": (world: World) => {
		void world.supervisor.replace(values(3)).catch(() => {});
		if (world.processes.groups.length > 0) world.processes.die(1);
	},
	"a crash and a change": (world: World) => {
		if (world.processes.groups.length > 0) world.processes.die(1);
		void world.supervisor.replace(values(3)).catch(() => {});
	},
	stop: (world: World) => void world.supervisor.stop(),
	SIGINT: (world: World) => world.supervisor.forward("SIGINT"),
} satisfies Record<string, (world: World) => unknown>;

/** Final word: generation that runs, or the exit code, or `idle`. */
const EXPECTED: Record<keyof typeof STATES, Record<keyof typeof HAPPENINGS, string>> = {
	idle: row("idle", "idle", "idle", "idle", "idle", "idle", "exit 0", "exit 0"),
	starting: row("runs 3", "runs 4", "runs 1", "runs 1", "runs 3", "runs 3", "exit 0", "exit 0"),
	"running, new": row("runs 3", "runs 4", "runs 1", "exit 0", "runs 3", "runs 3", "exit 143", "runs 1"),
	"running, stands": row("runs 3", "runs 4", "runs 1", "exit 0", "runs 3", "runs 3", "exit 143", "runs 1"),
	"running, on trial": row("runs 3", "runs 4", "runs 1", "runs 1", "runs 3", "runs 3", "exit 143", "runs 2"),
	"stopping for new values": row(
		"runs 3",
		"runs 4",
		"runs 2",
		"runs 2",
		"runs 3",
		"runs 3",
		"exit 143",
		"exit 143",
	),
	"stopping for the end": row(
		"exit 143",
		"exit 143",
		"exit 1",
		"exit 0",
		"exit 1",
		"exit 1",
		"exit 143",
		"exit 143",
	),
	"stopping leftovers": row("runs 3", "runs 4", "runs 1", "runs 1", "runs 3", "runs 3", "exit 1", "exit 1"),
	"backing off": row("runs 3", "runs 4", "runs 1", "runs 1", "runs 3", "runs 3", "exit 1", "exit 1"),
	exited: row("exit 0", "exit 0", "exit 0", "exit 0", "exit 0", "exit 0", "exit 0", "exit 0"),
};

function row(...cells: string[]): Record<keyof typeof HAPPENINGS, string> {
	const names = Object.keys(HAPPENINGS) as (keyof typeof HAPPENINGS)[];
	return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ""])) as ReturnType<
		typeof row
	>;
}

function finalWord({ supervisor, history }: World): string {
	const { state } = supervisor;
	if (state.kind === "running") return `runs ${history().at(-1)}`;
	return state.kind === "exited" ? `exit ${state.exit.code}` : state.kind;
}

describe.each(Object.entries(STATES))("%s", (state, enter) => {
	test.each(Object.entries(HAPPENINGS))("%s", async (name, happen) => {
		const world = await enter();

		happen(world);
		await world.clock.advance(60_000);

		const expected = EXPECTED[state as keyof typeof STATES][name as keyof typeof HAPPENINGS];
		expect(finalWord(world)).toBe(expected);
		expect(world.processes.faults).toEqual([]);
		expect(world.processes.live).toHaveLength(expected.startsWith("runs") ? 1 : 0);
		expect(world.processes.guarded.size).toBe(world.processes.live.length);
	});
});
