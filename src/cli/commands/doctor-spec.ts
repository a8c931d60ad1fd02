import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS, SERVER_FLAGS } from "../common-flags.ts";

export const doctorSpec: CommandSpec = {
	name: "doctor",
	summary: "look for what would keep the agent from working",
	description:
		"Checks process, config, files, Vault and login one by one, and says what to do about each. Writes nothing and issues no credential. Ends with 0, or with the code of the first failure.",
	flags: [
		...COMMON_FLAGS,
		...SERVER_FLAGS,
		{ flags: "--online", text: "log in also with a credential that may be good for one login" },
		{ flags: "--json", text: "print the findings as JSON" },
	],
	example: "agent doctor -c agent.yaml",
	run: async ({ flags, world }) => {
		const { doctor } = await import("./doctor.ts");
		return await doctor(flags, world);
	},
};
