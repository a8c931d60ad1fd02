import { FORWARDED_SIGNALS, type Supervisor, watchTerminal } from "../child/mod.ts";
import type { World } from "./world.ts";

/** Reason of the abort when a signal asked for the end. */
export class Stopped extends Error {
	readonly signal: NodeJS.Signals;

	constructor(signal: NodeJS.Signals) {
		super(`stopped by ${signal}`);
		this.signal = signal;
	}
}

interface SignalParts {
	readonly world: World;
	readonly agent: { refresh(): void };
	readonly supervisor: Supervisor | undefined;
	readonly stopping: AbortController;
}

const ENDING = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;

/**
 * Ends on TERM, INT and QUIT, reads anew on HUP, hands everything else to the child.
 *
 * @returns undoes it
 */
export function listenToSignals({ world, agent, supervisor, stopping }: SignalParts): () => void {
	const isTerminalGone = watchTerminal();
	const end = (name: NodeJS.Signals, tell: (child: Supervisor) => void) => {
		if (supervisor === undefined || supervisor.state.kind === "idle") stopping.abort(new Stopped(name));
		else tell(supervisor);
	};
	const others = FORWARDED_SIGNALS.filter((name) => !ENDING.some((ending) => ending === name));
	const releases = [
		...ENDING.map((name) => world.onSignal(name, () => end(name, (child) => child.forward(name)))),
		...others.map((name) => supervisor && world.onSignal(name, () => supervisor.forward(name))),
		world.onSignal("SIGHUP", () => {
			if (isTerminalGone()) end("SIGHUP", (child) => void child.stop());
			else agent.refresh();
		}),
	];
	return () => {
		for (const release of releases) release?.();
	};
}
