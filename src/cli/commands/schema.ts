import { configJsonSchema } from "../../config/mod.ts";
import { ExitCode } from "../../kernel/mod.ts";
import type { World } from "../world.ts";

/** `agent schema`: for editors that check YAML while it is written. */
export function schema(world: World): number {
	world.stdout.write(`${JSON.stringify(configJsonSchema(), null, "\t")}\n`);
	return ExitCode.done;
}
