import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS, SERVER_FLAGS } from "../common-flags.ts";

export const validateSpec: CommandSpec = {
	name: "validate",
	summary: "check config and templates, without asking Vault unless it is told to",
	description:
		"Checks the config and every template, and prints the paths that they read with the least policy for them. With exec.on_change: rolling it also tries whether the public address is free: what the running agent of this config holds counts as free where its listener answers.",
	flags: [
		...COMMON_FLAGS,
		...SERVER_FLAGS,
		{
			flags: "--online",
			text: "log in as well, and ask Vault what the token may do; issues no credential",
		},
		{ flags: "--strict", text: "refuse what Vault Agent and the like drop silently from their own configs" },
		{ flags: "--json", text: "print the result as JSON, with the config in its normal form" },
	],
	example: "agent validate -c agent.yaml",
	run: async ({ flags, world }) => {
		const { validate } = await import("./validate.ts");
		return await validate(flags, world);
	},
};
