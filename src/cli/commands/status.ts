import { ExitCode } from "../../kernel/mod.ts";
import type { StatusReport } from "../../status/mod.ts";
import { askAgent } from "../status/agent-client.ts";
import type { CommonFlags } from "../common-flags.ts";
import { configFor } from "../load.ts";
import { statusText } from "../status/status-text.ts";
import type { World } from "../world.ts";

export interface StatusFlags extends CommonFlags {
	readonly json?: boolean;
}

/** `agent status`: asks the running agent. Ends with 0 when it is ready, 1 when not. */
export async function status({ json, ...flags }: StatusFlags, world: World): Promise<number> {
	const config = await configFor(flags, world, false);
	const question = { method: "GET", path: "/v1/status", expects: "notifications" } as const;
	const report = (await askAgent(config, question, world)) as StatusReport;
	world.stdout.write(json ? `${JSON.stringify(report, null, "\t")}\n` : statusText(report));
	return report.ready ? ExitCode.done : ExitCode.failed;
}
