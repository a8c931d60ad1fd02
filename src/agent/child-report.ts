import type { ChildState, Supervisor } from "../child/mod.ts";
import type { ChildReport, FrontReport, NextReport } from "../status/mod.ts";
import type { ChildTally } from "./child-tally.ts";

/** Everybody who knows something of the child. */
export interface ChildSources {
	/** The program alone: arguments may hold anything. */
	readonly program: string;
	readonly supervisor: Pick<Supervisor, "state">;
	readonly tally: ChildTally;
	/** In rolling. */
	readonly front?: FrontSource;
}

/** Who owns the public address. */
export interface FrontSource {
	/** As people write it. */
	readonly address: string;
	readonly isOpen: boolean;
	/** When clients were last said to be turned away, by the clock; absent as long as none were. */
	readonly turnedAwayAt?: number | undefined;
	readonly tally: {
		readonly connections: number;
		readonly accepted: number;
		readonly waiting: number;
		readonly failed: number;
	};
}

/** Told every ten seconds at most, as long as it goes on; and some more. */
const TURNING_AWAY_MS = 15_000;

interface Moment {
	/** Milliseconds, by the agent's clock. */
	readonly now: number;
	/** The generation that no child has lived with so far, if there is one. */
	readonly rejected?: number;
}

/** What is known of the child now. */
export function childReport(
	{ program, supervisor, tally, front }: ChildSources,
	{ now, rejected }: Moment,
): ChildReport {
	const { state } = supervisor;
	return {
		command: program,
		...childState(state, now),
		...("generation" in state && { generation: state.generation }),
		turn_overs: tally.turnOvers(),
		restarts: tally.restarts(),
		...(state.kind === "running" && besideIt(state, tally, now)),
		...(rejected !== undefined && { rejected: { generation: rejected, ...failuresOf(rejected, tally) } }),
		...(front && { front: frontReport(front, tally, now) }),
	};
}

function frontReport(
	{ address, isOpen, tally: counts, turnedAwayAt = Number.NEGATIVE_INFINITY }: FrontSource,
	tally: ChildTally,
	now: number,
): FrontReport {
	const isTurningAway = now - turnedAwayAt <= TURNING_AWAY_MS;
	const report = { address, open: isOpen, ...counts, cut: tally.cut() };
	return isTurningAway ? { ...report, turning_away: true } : report;
}

function failuresOf(generation: number, { tries }: ChildTally) {
	const known = tries.of(generation);
	if (known === undefined) return {};
	const { count, failure } = known;
	return { attempts: count, ...(failure !== undefined && { last_failure: failure }) };
}

function childState(
	state: ChildState,
	now: number,
): Pick<ChildReport, "state" | "pid" | "up_seconds" | "exit_code" | "port"> {
	switch (state.kind) {
		case "idle":
			return { state: "waiting" };
		case "running": {
			const { pid, port, since, ready } = state;
			const known = { pid, ...(port !== undefined && { port }) };
			return ready
				? { state: "up", ...known, up_seconds: (now - since) / 1000 }
				: { state: "starting", ...known };
		}
		case "stopping":
			return { state: "stopping", pid: state.pid };
		case "exited":
			return { state: "exited", exit_code: state.exit.code };
		case "starting":
			return { state: "starting" };
		case "backing-off":
			return { state: state.crashLoop ? "crash-loop" : "backing-off" };
		default:
			return state satisfies never;
	}
}

type Running = Extract<ChildState, { kind: "running" }>;

/** In rolling: the child that is to take over, and those that have handed over. */
function besideIt({ next, draining = [] }: Running, tally: ChildTally, now: number) {
	return {
		...(next && { next: nextReport(next, tally, now) }),
		...(draining.length > 0 && {
			draining: draining.map(({ pid, generation, since, open }) => {
				return { pid, generation, draining_seconds: (now - since) / 1000, open };
			}),
		}),
	};
}

function nextReport(
	{ pid, generation }: NonNullable<Running["next"]>,
	{ tries }: ChildTally,
	now: number,
): NextReport {
	const known = tries.of(generation);
	if (known === undefined) return { pid, generation };
	const { count, startedAt, failure } = known;
	return {
		pid,
		generation,
		starting_seconds: (now - startedAt) / 1000,
		attempt: count,
		...(failure !== undefined && { last_failure: failure }),
	};
}
