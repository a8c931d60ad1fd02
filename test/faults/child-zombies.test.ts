import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isGroupAlive } from "../../src/child/process-group.ts";
import { linesOf, notes, realSupervisor, realValues, rollingValues, until } from "../fixtures/child/real.ts";
import { freePort } from "../support/free-port.ts";

const TURN_OVERS = 100;
const HAND_OVERS = 20;
const GATEWAY = join(import.meta.dirname, "../fixtures/e2e/rolling-gateway.mjs");

interface Entry {
	readonly parent: number;
	readonly state: string;
	readonly group: number;
}

/** Every process of these groups, the dead that nobody has reaped included. */
function membersOf(groups: readonly number[]): Entry[] {
	return readdirSync("/proc").flatMap((name) => {
		if (!/^\d+$/.test(name)) return [];
		try {
			const stat = readFileSync(`/proc/${name}/stat`, "latin1");
			const [state = "X", parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			return groups.includes(Number(group)) ? [{ parent: Number(parent), state, group: Number(group) }] : [];
		} catch {
			return []; // it has ended in the meantime
		}
	});
}

/** Dead children that the agent, which is this process here, has not reaped. */
function zombiesOf(groups: readonly number[]): Entry[] {
	return membersOf(groups).filter(({ parent, state }) => parent === process.pid && state === "Z");
}

test(`${TURN_OVERS} restarts of a child with a helper leave no zombie to the agent, and nobody alive but the last`, async ({
	annotate,
}) => {
	const file = notes();
	const script = `sleep 1000 & echo $GENERATION >>${file}; wait`;
	const { supervisor, pids } = realSupervisor(["sh", "-c", script]);
	await supervisor.start(realValues(1));

	for (let generation = 2; generation <= TURN_OVERS + 1; generation++) {
		await until(() => linesOf(file).at(-1) === String(generation - 1));
		void supervisor.replace(realValues(generation));
		await until(() => pids().length === generation);
	}

	const zombies = zombiesOf(pids());
	expect(zombies).toEqual([]);
	expect(pids().filter((pid) => isGroupAlive(pid))).toEqual(pids().slice(-1));
	await annotate(`${TURN_OVERS} restarts, ${zombies.length} zombies`);
});

test(`${HAND_OVERS} hand-overs leave no zombie to the agent, and nobody alive but the last`, async ({
	annotate,
}) => {
	const ready = { probe: { kind: "http-path", path: "/health" }, timeoutMs: 10_000, intervalMs: 10 } as const;
	const listen = { kind: "tcp", host: "127.0.0.1", port: await freePort() } as const;
	const times = { drainTimeoutMs: 10_000, idleTimeoutMs: 1000 };
	const rolling = { listen, pass: "http", proxyProtocol: "none", ...times } as const;
	const { supervisor, pids, events } = realSupervisor([process.execPath, GATEWAY], { ready, rolling });
	await supervisor.start(rollingValues(1));

	for (let generation = 2; generation <= HAND_OVERS + 1; generation++) {
		expect(await supervisor.replace(rollingValues(generation))).toBe("turned-over");
	}
	await until(() => events.filter(({ kind }) => kind === "drained").length === HAND_OVERS);

	const zombies = zombiesOf(pids());
	expect(zombies).toEqual([]);
	expect(pids().filter((pid) => isGroupAlive(pid))).toEqual(pids().slice(-1));
	await annotate(`${HAND_OVERS} hand-overs, ${zombies.length} zombies`);
});
