import { type AgentError, type BackoffLimits, backoffDelay } from "../kernel/mod.ts";
import { VaultError } from "./errors.ts";

/**
 * Pause before a request that has failed is made again: what Vault has asked for (`Retry-After`), up to as much again,
 * and the back-off. Vault tells many agents the same at the same moment, who would else come back at the same moment.
 *
 * @param attempt 0 for the pause after the first failure
 * @returns milliseconds
 */
export function pauseAfter(
	error: AgentError,
	attempt: number,
	{ limits, random }: { readonly limits: BackoffLimits; readonly random: () => number },
): number {
	const asked = error instanceof VaultError ? (error.retryAfterMs ?? 0) : 0;
	return Math.round(asked * (1 + random())) + backoffDelay(attempt, limits, random);
}
