import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS, LISTENER_FLAGS, POLL_INTERVAL, SERVER_FLAGS, TEMPLATE } from "../common-flags.ts";

export const runSpec: CommandSpec = {
	name: "run",
	summary: "run a command with secrets in its environment and files",
	description: "Starts the command once every secret stands, and turns it over when one changes.",
	operand: { name: "[command...]", text: "the command and its arguments, after --", isCommandLine: true },
	flags: [
		...COMMON_FLAGS,
		...SERVER_FLAGS,
		{
			flags: "--env <NAME=REF>",
			text: "a variable from a secret: NAME=path#field (repeatable)",
			isRepeatable: true,
		},
		TEMPLATE,
		{
			flags: "--on-change <action>",
			text: "what a change does to the command",
			choices: ["restart", "rolling", "none"],
		},
		{
			flags: "--exec-listen <address>",
			text: "with rolling: the command's public address, host:port or unix:/path",
		},
		{
			flags: "--exec-ready <probe>",
			text: "when the command is up: /health, tcp, http://host:port/path or tcp:host:port",
		},
		{
			flags: "--exec-drain-timeout <duration>",
			text: "with rolling: how long answers begun with the old key may go on (default 30s)",
		},
		POLL_INTERVAL,
		...LISTENER_FLAGS,
	],
	example: "agent run --env OPENAI_API_KEY=secret/data/llm/openai#api_key -- litellm --config config.yaml",
	run: async ({ operands, flags, world }) => {
		const { run } = await import("./run.ts");
		return await run(operands, flags, world);
	},
};
