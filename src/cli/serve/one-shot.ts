import { type Agent, timedOut } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
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
	const late = world.clock.sleep(timeoutMs, stopping.signal).then(
		() => "late",
		() => "stopped",
	);
	const first = await Promise.race([ready, late]);
	if (first === "late") {
		ready.catch(() => undefined); // it ends with the abort, which is no news
		throw timedOut(timeoutMs, agent.waitingFor ?? { words: "nothing is missing" });
	}
	await ready;
	await vault.handover?.leave(vault, stopping.signal);
	stopping.abort(new Error("done"));
}
