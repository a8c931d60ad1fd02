import { closeSync, openSync } from "node:fs";

/**
 * Tells a hang-up from a request to reload, both of which are SIGHUP.
 *
 * To be called at start. An agent that never had a terminal cannot lose it.
 *
 * @returns true as soon as the controlling terminal that the agent began with has gone
 */
export function watchTerminal(hasTerminal: () => boolean = canOpenTerminal): () => boolean {
	const had = hasTerminal();
	return () => had && !hasTerminal();
}

function canOpenTerminal(): boolean {
	try {
		closeSync(openSync("/dev/tty", "r"));
		return true;
	} catch {
		return false;
	}
}
