import { type Agent, timedOut } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { firstOf } from "../../kernel/mod.ts";
import type { VaultParts } from "../link/vault-parts.ts";
import type { World } from "../world.ts";

interface OneShot {
	readonly agent: Agent;
	readonly begun: Promise<void>;
	readonly config: Config;
	readonly world: World;
	readonly stopping: AbortController;
	readonly vault: VaultParts;
}

/** Everything once, within the deadline; what the next agent needs is left for it. */
export async function once({ agent, begun, config, world, stopping, vault }: OneShot): Promise<void> {
	const { timeoutMs } = config;
	const ready = begun.then(() => agent.settle(stopping.signal));
	const woken = await firstOf(ready, timeoutMs, { clock: world.clock, order: stopping.signal });
	if (woken === "time") throw timedOut(timeoutMs, agent.waitingFor ?? { words: "nothing is missing" });
	await ready;
	await vault.handover?.leave(vault, stopping.signal);
	stopping.abort(new Error("done"));
}
