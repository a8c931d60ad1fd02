import type { Supervisor } from "../../child/mod.ts";
import type { World } from "../world.ts";
import type { Child } from "./supervise.ts";
import { watchTerminal } from "./terminal.ts";

/** Reason of the abort when a signal asked for the end. */
export class Stopped extends Error {
	readonly signal: NodeJS.Signals;

	constructor(signal: NodeJS.Signals) {
		super(`stopped by ${signal}`);
		this.signal = signal;
	}
}

interface Ending {
	readonly child: Pick<Child, "supervisor" | "forwarded"> | undefined;
	readonly stopping: AbortController;
}

interface SignalParts extends Ending {
	readonly world: World;
	/** What a SIGHUP asks for. */
	readonly reload: () => void;
}

const ENDING = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;

/** As if the agent had got this signal: it ends, or its child, where it runs, is told how and the agent ends after it. */
export function endBy(
	name: NodeJS.Signals,
	{ child, stopping }: Ending,
	tell: (supervisor: Supervisor) => void,
): void {
	if (child === undefined || child.supervisor.state.kind === "idle") stopping.abort(new Stopped(name));
	else tell(child.supervisor);
}

/**
 * Ends on TERM, INT and QUIT, reads anew on HUP, hands everything else to the child.
 *
 * @returns undoes it
 */
export function listenToSignals({ world, reload, ...ending }: SignalParts): () => void {
	const { child } = ending;
	const isTerminalGone = watchTerminal();
	const others = (child?.forwarded ?? []).filter((name) => !ENDING.some((one) => one === name));
	const releases = [
		...ENDING.map((name) =>
			world.onSignal(name, () => endBy(name, ending, (supervisor) => supervisor.forward(name))),
		),
		...others.map((name) => world.onSignal(name, () => child?.supervisor.forward(name))),
		world.onSignal("SIGHUP", () => {
			if (isTerminalGone()) endBy("SIGHUP", ending, (supervisor) => void supervisor.stop());
			else reload();
		}),
	];
	return () => {
		for (const release of releases) release();
	};
}
