import type { Clock } from "../../kernel/mod.ts";
import { slept } from "./slept.ts";

/** Looks in the time after which an idle connection is ended. */
const LOOKS = 4;

interface Watched {
	/** Grows whenever one side speaks. */
	readonly spoken: number;
	readonly isAwaitingAnswer: boolean;
	readonly hasBacklog: boolean;
	finish(): void;
}

export interface IdleWatchSpec {
	readonly clock: Clock;
	/** How long nobody may have spoken, in milliseconds. An end comes up to a quarter later. */
	readonly idleTimeoutMs: number;
	/** Those that are watched at this moment; none ends the watch. */
	readonly connections: () => readonly Watched[];
	readonly signal: AbortSignal;
}

/**
 * Ends connections on which neither side has spoken for so long, from now on, except where the client spoke last: it
 * waits for an answer, however long its target thinks about that. Costs nothing where bytes pass.
 */
export async function watchIdle({ clock, idleTimeoutMs, connections, signal }: IdleWatchSpec): Promise<void> {
	const quiet = new Map<Watched, { spoken: number; since: number }>();
	for (let watched = connections(); watched.length > 0; watched = connections()) {
		const now = clock.now();
		for (const connection of watched) {
			const { spoken } = connection;
			const before = quiet.get(connection);
			const isOwed = connection.isAwaitingAnswer || connection.hasBacklog;
			if (before === undefined || before.spoken !== spoken || isOwed) {
				quiet.set(connection, { spoken, since: now });
			} else if (now - before.since >= idleTimeoutMs) {
				quiet.delete(connection);
				connection.finish();
			}
		}
		if (!(await slept(clock, idleTimeoutMs / LOOKS, signal))) return;
	}
}
