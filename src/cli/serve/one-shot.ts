import { type Agent, timedOut } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { type AgentError, firstOf } from "../../kernel/mod.ts";
import type { VaultParts } from "../link/vault-parts.ts";
import type { World } from "../world.ts";
import type { SignIn } from "./sign-in.ts";

interface OneShot {
	readonly agent: Agent;
	readonly begun: Promise<void>;
	readonly signIn: SignIn;
	readonly config: Config;
	readonly world: World;
	readonly stopping: AbortController;
	readonly vault: VaultParts;
}

/** Everything once, within the deadline; what the next agent needs is left for it. */
export async function once({ agent, begun, signIn, config, world, stopping, vault }: OneShot): Promise<void> {
	const { timeoutMs = Number.POSITIVE_INFINITY } = config;
	const { signal } = stopping;
	const ready = begun.then(async () => await Promise.all([agent.settle(signal), signIn.run(signal)]));
	const woken = await firstOf(ready, timeoutMs, { clock: world.clock, order: stopping.signal });
	if (woken === "time") throw timedOut(timeoutMs, agent.waitingFor ?? waitingForSinks(signIn));
	await ready;
	await vault.handover?.leave(vault, stopping.signal);
	stopping.abort(new Error("done"));
}

/** All else stands. */
function waitingForSinks({ failure: error }: SignIn): {
	readonly words: string;
	readonly error?: AgentError;
} {
	return error === undefined ? { words: "nothing is missing" } : { words: error.message, error };
}
