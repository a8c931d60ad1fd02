import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS, SERVER_FLAGS, TEMPLATE } from "../common-flags.ts";

export const renderSpec: CommandSpec = {
	name: "render",
	summary: "render once",
	description:
		"Logs in, renders every template once and writes the files. Nothing is turned over. With --dry-run or --diff the login leaves nothing behind: no file goes or comes, and what was issued for the look is revoked.",
	flags: [
		...COMMON_FLAGS,
		...SERVER_FLAGS,
		{
			flags: "--env <NAME=REF>",
			text: "a variable from a secret, to be shown (repeatable)",
			isRepeatable: true,
		},
		TEMPLATE,
		{ flags: "--dry-run", text: "write nothing; show what would be written, values masked" },
		{ flags: "--diff", text: "write nothing; show what would change, values masked" },
		{ flags: "--json", text: "print what was done as JSON" },
		{ flags: "--timeout <duration>", text: "give up after this long (default 2m)" },
	],
	example: "agent render -c agent.yaml --diff",
	run: async ({ flags, world }) => {
		const { render } = await import("./render.ts");
		return await render(flags, world);
	},
};
