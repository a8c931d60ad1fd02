import { ExitCode } from "../../kernel/mod.ts";
import { COMMANDS } from "../command-list.ts";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { outlineOf } from "../completion/program-outline.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { World } from "../world.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export type Shell = keyof typeof SHELLS;

/** `agent completion SHELL`: made of the same words as the help, so that it cannot tell of flags that are not there. */
export function completion(shell: Shell, world: World): number {
	world.stdout.write(SHELLS[shell](outlineOf(COMMANDS)));
	return ExitCode.done;
}
