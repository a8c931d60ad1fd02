import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS, LISTENER_FLAGS } from "../common-flags.ts";

export const refreshSpec: CommandSpec = {
	name: "refresh",
	summary: "have the running agent read everything now",
	description:
		"Asks the agent's listener to read config, templates and every secret at once, as SIGHUP does.",
	flags: [...COMMON_FLAGS, ...LISTENER_FLAGS],
	example: "agent refresh --listen 127.0.0.1:8190",
	run: async ({ flags, world }) => {
		const { refresh } = await import("./refresh.ts");
		return await refresh(flags, world);
	},
};
