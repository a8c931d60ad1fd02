import { type Agent, timedOut } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { type AgentError, firstOf } from "../../kernel/mod.ts";
import type { VaultParts } from "../link/vault-parts.ts";
import type { World } from "../world.ts";
import type { SignIn } from "./sign-in.ts";

interface OneShot {
	readonly agent: Pick<Agent, "settle" | "waitingFor">;
	/** The first generation. */
	readonly begun: Promise<void>;
	/** Nothing is missing any more. */
	readonly whole: Promise<void>;
	readonly signIn: Pick<SignIn, "run" | "failure">;
	readonly config: Pick<Config, "timeoutMs">;
	readonly world: Pick<World, "clock">;
	readonly stopping: AbortController;
	readonly vault: VaultParts;
}

/** Without a bound on the whole: how long a command may fail that is told of the files. Vault is not what it waits for. */
const TELLING_MS = 30_000;

const NOTHING = { words: "nothing is missing" };

/** Everything once, within the deadline; what the next agent needs is left for it. */
export async function once(parts: OneShot): Promise<void> {
	const { agent, begun, whole, signIn, config, world, stopping, vault } = parts;
	const { timeoutMs = Number.POSITIVE_INFINITY } = config;
	const { signal } = stopping;
	const told = async () => {
		const settled = agent.settle(signal);
		const longestMs = config.timeoutMs === undefined ? TELLING_MS : Number.POSITIVE_INFINITY;
		const woken = await firstOf(settled, longestMs, { clock: world.clock, order: signal });
		if (woken === "time") throw timedOut(longestMs, agent.waitingFor ?? NOTHING);
		await settled;
	};
	const ready = Promise.all([whole.then(told), begun.then(() => signIn.run(signal))]);
	const woken = await firstOf(ready, timeoutMs, { clock: world.clock, order: stopping.signal });
	if (woken === "time") throw timedOut(timeoutMs, agent.waitingFor ?? waitingForSinks(signIn));
	await ready;
	await vault.handover?.leave(vault, stopping.signal);
	stopping.abort(new Error("done"));
}

/** All else stands. */
function waitingForSinks({ failure: error }: Pick<SignIn, "failure">): {
	readonly words: string;
	readonly error?: AgentError;
} {
	return error === undefined ? NOTHING : { words: error.message, error };
}
