import type { AgentError } from "../kernel/mod.ts";
import type { Agent } from "./agent.ts";
import type { FileReport, StateWord, VariableReport } from "../status/mod.ts";
import type { Known } from "./status-report.ts";

/**
 * The worst that is true. What only waits for Vault is `stale`; what somebody has to look at is `degraded`.
 *
 * @param errors of the secrets' last reads
 * @param generation 0 before the first delivery
 */
export function stateWord(
	known: Known,
	errors: readonly AgentError[],
	{ generation, isRejected }: Pick<Agent["standing"], "generation" | "isRejected">,
): StateWord {
	if (generation === 0) return "starting";
	const { token, files, variables, child, delivery_error: delivery, notifications } = known;
	const isDegraded =
		[...files, ...variables].some(isHurt) ||
		token.sinks?.some(({ last_error: error }) => error !== undefined) === true ||
		errors.some(({ remedy }) => remedy !== "retry") ||
		isAway(child) ||
		isRejected ||
		delivery !== undefined ||
		notifications.last_error !== undefined;
	if (isDegraded) return "degraded";
	return errors.length > 0 || !token.valid ? "stale" : "ready";
}

/** Its clients find nobody. */
function isAway(child: Known["child"]): boolean {
	return child !== undefined && (child.state !== "up" || child.front?.turning_away === true);
}

/** What was allowed to be absent may be. */
function isHurt({ state, required }: FileReport | VariableReport): boolean {
	return state === "missing" ? required : !["current", "pending", "removed"].includes(state);
}
