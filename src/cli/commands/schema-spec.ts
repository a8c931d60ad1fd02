import type { CommandSpec } from "../command-spec.ts";
import { UNUSED_COMMON_FLAGS } from "../common-flags.ts";

export const schemaSpec: CommandSpec = {
	name: "schema",
	summary: "print the JSON Schema of the config file",
	flags: UNUSED_COMMON_FLAGS,
	example: "agent schema > agent.schema.json",
	run: async ({ world }) => {
		const { schema } = await import("./schema.ts");
		return schema(world);
	},
};
