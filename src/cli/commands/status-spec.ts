import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS, LISTENER_FLAGS } from "../common-flags.ts";

export const statusSpec: CommandSpec = {
	name: "status",
	summary: "ask the running agent how it is",
	description:
		"Asks the agent's listener what it holds, what stands and what it lacks. Ends with 0 when the agent is ready, with 1 when it is not, with 2 when none answers.",
	flags: [...COMMON_FLAGS, ...LISTENER_FLAGS, { flags: "--json", text: "print the report as JSON" }],
	example: "agent status --listen 127.0.0.1:8190",
	run: async ({ flags, world }) => {
		const { status } = await import("./status.ts");
		return await status(flags, world);
	},
};
