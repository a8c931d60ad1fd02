import type { CommandSpec } from "../command-spec.ts";
import { UNUSED_COMMON_FLAGS } from "../common-flags.ts";
import type { Shell } from "./completion.ts";

export const completionSpec: CommandSpec = {
	name: "completion",
	summary: "print what makes a shell complete this command line",
	description:
		'Prints a script for the shell. For bash: eval "$(agent completion bash)" in ~/.bashrc; for zsh: source <(agent completion zsh) in ~/.zshrc, after compinit; for fish: agent completion fish > ~/.config/fish/completions/agent.fish.',
	operand: { name: "<shell>", text: "the shell", choices: ["bash", "zsh", "fish"] },
	flags: UNUSED_COMMON_FLAGS,
	example: "agent completion zsh > ~/.zfunc/_agent",
	run: async ({ operands, world }) => {
		const { completion } = await import("./completion.ts");
		return completion(operands[0] as Shell, world); // one of the choices: anything else was refused
	},
};
