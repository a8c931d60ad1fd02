import type { EnvConfig } from "./config.ts";
import { milliseconds } from "./context.ts";
import type { FileConfig } from "./schema/file.ts";

type Duration = FileConfig["poll_interval"] | undefined;

/** How often what a template or variable uses is read, where it has words of its own for that. */
export function paceOf(own: {
	readonly poll_interval?: Duration;
	readonly max_age?: Duration;
}): Pick<EnvConfig, "pollIntervalMs" | "maxAgeMs"> {
	return {
		...(own.poll_interval !== undefined && { pollIntervalMs: milliseconds(own.poll_interval) }),
		...(own.max_age !== undefined && { maxAgeMs: milliseconds(own.max_age) }),
	};
}
