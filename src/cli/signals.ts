import type { Supervisor } from "../child/mod.ts";
import { watchTerminal } from "./terminal.ts";
import type { World } from "./world.ts";

/** Reason of the abort when a signal asked for the end. */
export class Stopped extends Error {
	readonly signal: NodeJS.Signals;

	constructor(signal: NodeJS.Signals) {
		super(`stopped by ${signal}`);
		this.signal = signal;
	}
}

/** The child's supervisor, and the signals that it wants to hear of. */
export interface ChildSignals {
	readonly supervisor: Supervisor;
	readonly forwarded: readonly Parameters<Supervisor["forward"]>[0][];
}

interface SignalParts {
	readonly world: World;
	/** What a SIGHUP asks for. */
	readonly reload: () => void;
	readonly child: ChildSignals | undefined;
	readonly stopping: AbortController;
}

const ENDING = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;

/**
 * Ends on TERM, INT and QUIT, reads anew on HUP, hands everything else to the child.
 *
 * @returns undoes it
 */
export function listenToSignals({ world, reload, child, stopping }: SignalParts): () => void {
	const isTerminalGone = watchTerminal();
	const end = (name: NodeJS.Signals, tell: (supervisor: Supervisor) => void) => {
		if (child === undefined || child.supervisor.state.kind === "idle") stopping.abort(new Stopped(name));
		else tell(child.supervisor);
	};
	const others = (child?.forwarded ?? []).filter((name) => !ENDING.some((ending) => ending === name));
	const releases = [
		...ENDING.map((name) => world.onSignal(name, () => end(name, (supervisor) => supervisor.forward(name)))),
		...others.map((name) => world.onSignal(name, () => child?.supervisor.forward(name))),
		world.onSignal("SIGHUP", () => {
			if (isTerminalGone()) end("SIGHUP", (supervisor) => void supervisor.stop());
			else reload();
		}),
	];
	return () => {
		for (const release of releases) release();
	};
}
