import type { Config } from "../../config/mod.ts";
import { AgentError, ExitCode } from "../../kernel/mod.ts";
import { askAgent } from "../status/agent-client.ts";
import type { World } from "../world.ts";
import { writtenAddress } from "../written-address.ts";

/**
 * Whether the child's public address can be had:
 *
 * - `free`: nobody is there.
 * - `ours`: the agent of this very config runs, and has it.
 * - `taken`: somebody else has it, or an agent that cannot be asked.
 * - `not here`: this machine cannot listen there, which another one may.
 */
export interface PublicAddress {
	/** As people write it. */
	readonly address: string;
	readonly state: "free" | "ours" | "taken" | "not here";
	/** The system's, where nobody can listen. */
	readonly code?: string;
}

/** Tries the public address for a moment; nothing where there is none. */
export async function lookAtPublicAddress(config: Config, world: World): Promise<PublicAddress | undefined> {
	const listen = config.exec?.rolling?.listen;
	if (listen === undefined) return undefined;
	const address = writtenAddress(listen);
	const { canListen } = await world.loadMachine();
	const code = await canListen(listen);
	if (code === undefined) return { address, state: "free" };
	if (code !== "EADDRINUSE") return { address, state: "not here", code };
	return { address, state: (await isRunning(config, world)) ? "ours" : "taken", code };
}

/** What to do about an address that is taken. */
export const TAKEN_REMEDY =
	"end what listens there, or set another address; if it is this agent that runs, a listener in its config shows it";

/** A public address that is taken is no address. */
export function takenAddress({ address }: PublicAddress, origin: string): AgentError {
	return new AgentError(`exec.listen: ${address} is taken, somebody listens there`, {
		code: "E_CONFIG",
		exitCode: ExitCode.usage,
		rows: { at: origin, do: TAKEN_REMEDY },
	});
}

/** What works, here or elsewhere, but should be known. */
export function addressWarning({ address, state, code }: PublicAddress): string | undefined {
	if (state === "ours") return `exec.listen: ${address} is taken by the agent that runs with this config`;
	return state === "not here"
		? `exec.listen: this machine cannot listen at ${address} (${code ?? "unknown"}); the one that runs the agent has to`
		: undefined;
}

/** Whether the agent of this config runs; its own listener tells, where it has one. */
export async function isRunning(config: Config, world: World): Promise<boolean> {
	if (config.listener === undefined) return false;
	try {
		await askAgent(config, { method: "GET", path: "/healthz", expects: "status" }, world);
		return true;
	} catch (error) {
		if (error instanceof AgentError) return false;
		throw error;
	}
}
