import { type BackoffLimits, backoffDelay } from "../kernel/mod.ts";
import type { SupervisorDeps } from "./ports.ts";

/** So many failures in a row are no accident any more. */
const CRASH_LOOP_FROM = 3;

/** The pause after a child has failed. @param attempt 0 after the first failure of a row */
export function pauseAfter(
	attempt: number,
	limits: BackoffLimits,
	{ clock, random }: Pick<SupervisorDeps, "clock" | "random">,
) {
	const delayMs = backoffDelay(attempt, limits, random);
	return { attempt, delayMs, until: clock.now() + delayMs, crashLoop: attempt + 1 >= CRASH_LOOP_FROM };
}
