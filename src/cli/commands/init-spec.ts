import type { CommandSpec } from "../command-spec.ts";
import { UNUSED_COMMON_FLAGS } from "../common-flags.ts";

export const initSpec: CommandSpec = {
	name: "init",
	summary: "write a first config",
	description:
		"Writes agent.yaml and the template that it names into the working folder, with comments. Never writes over a file.",
	flags: [
		...UNUSED_COMMON_FLAGS,
		{
			flags: "--for <gateway>",
			text: "the gateway that it is for (default: any, by a file of variables)",
			choices: ["litellm", "agentgateway"],
		},
		{ flags: "--stdout", text: "write nothing; print one config with the template in it" },
	],
	example: "agent init --for litellm",
	run: async ({ flags, world }) => {
		const { init } = await import("./init.ts");
		return await init(flags, world);
	},
};
