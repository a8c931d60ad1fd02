import type { Probes } from "./ports.ts";

/** Asks real children, for the composition root. */
export const systemProbes: Probes = {
	load: async () => (await import("./probe.ts")).askChild,
};
