import { AgentError } from "../kernel/mod.ts";
import type { Front } from "./front/front.ts";

/**
 * Finds out whether the public address can be had, before a child is started for it; it is not held, so that a child
 * which takes it is told apart.
 *
 * @returns a front that is yet to be opened, or why there can be none
 */
export async function findFront(openFront: () => Promise<Front>): Promise<Front | AgentError> {
	try {
		const trial = await openFront();
		await trial.open();
		await trial.close();
		return await openFront();
	} catch (error) {
		if (error instanceof AgentError) return error;
		throw error;
	}
}
