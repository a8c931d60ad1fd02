import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS, LISTENER_FLAGS, POLL_INTERVAL, SERVER_FLAGS } from "../common-flags.ts";

export const startSpec: CommandSpec = {
	name: "start",
	summary: "run as a sidecar, or as an init container",
	description:
		"Renders every template, keeps the files current, and supervises the config's child if it has one.",
	flags: [
		...COMMON_FLAGS,
		...SERVER_FLAGS,
		{ flags: "--exit-after-auth", text: "end with 0 as soon as everything stands (init container)" },
		{ flags: "--timeout <duration>", text: "with --exit-after-auth: give up after this long (default 2m)" },
		POLL_INTERVAL,
		...LISTENER_FLAGS,
	],
	example: "agent start -c /etc/keyturn/agent.yaml --exit-after-auth",
	run: async ({ flags, world }) => {
		const { start } = await import("./start.ts");
		return await start(flags, world);
	},
};
