import type { Clock } from "../../kernel/mod.ts";

/** @returns false when the signal ended it: whoever slept has nothing more to do */
export function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
	return clock.sleep(ms, signal).then(
		() => true,
		() => false,
	);
}
