import type { ChildState, Supervisor } from "../child/mod.ts";
import type { ChildReport } from "../status/mod.ts";
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
	readonly tally: {
		readonly connections: number;
		readonly accepted: number;
		readonly waiting: number;
		readonly failed: number;
	};
}

/** What is known of the child now. @param now milliseconds, by the agent's clock */
export function childReport({ program, supervisor, tally, front }: ChildSources, now: number): ChildReport {
	const { state } = supervisor;
	return {
		command: program,
		...childState(state, now),
		...("generation" in state && { generation: state.generation }),
		turn_overs: tally.turnOvers(),
		restarts: tally.restarts(),
		...(state.kind === "running" && besideIt(state, now)),
		...(front && {
			front: { address: front.address, open: front.isOpen, ...front.tally, cut: tally.cut() },
		}),
	};
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

/** In rolling: the child that is to take over, and those that have handed over. */
function besideIt({ next, draining = [] }: Extract<ChildState, { kind: "running" }>, now: number) {
	return {
		...(next && { next: { pid: next.pid, generation: next.generation } }),
		...(draining.length > 0 && {
			draining: draining.map(({ pid, generation, since, open }) => {
				return { pid, generation, draining_seconds: (now - since) / 1000, open };
			}),
		}),
	};
}
