import type { Config, EnvConfig, EnvFromConfig, TemplateConfig } from "../../config/mod.ts";
import type { Pace } from "../../secrets/mod.ts";
import type { ReadText } from "./read-template.ts";

/** What units are made with. */
export interface Parts {
	readonly readText: ReadText;
	readonly config: Config;
	/** The working folder. */
	readonly cwd: string;
}

/** What a unit does not say for itself is said for all. */
export function paceOf(
	{ pollIntervalMs, maxAgeMs }: TemplateConfig | EnvConfig | EnvFromConfig,
	config: Config,
): Pace {
	return {
		pollIntervalMs: pollIntervalMs ?? config.pollIntervalMs,
		...(maxAgeMs !== undefined && { maxAgeMs }),
	};
}
