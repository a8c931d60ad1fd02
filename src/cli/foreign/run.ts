import type { World } from "../world.ts";
import type { ForeignCall } from "./call.ts";

/**
 * Runs a command line that was written for another program.
 *
 * @returns the exit code, one of our own: those of other programs say less
 */
export async function runForeign(call: ForeignCall, world: World): Promise<number> {
	switch (call.program) {
		case "vault": {
			const { runVault } = await import("./vault.ts");
			return await runVault(call, world);
		}
		case "vault agent": {
			const { runVaultAgent } = await import("./vault-agent.ts");
			return await runVaultAgent(call, world);
		}
		case "consul-template": {
			const { runConsulTemplate } = await import("./consul-template.ts");
			return await runConsulTemplate(call, world);
		}
		case "envconsul": {
			const { runEnvconsul } = await import("./envconsul.ts");
			return await runEnvconsul(call, world);
		}
		default:
			return call.program satisfies never;
	}
}
