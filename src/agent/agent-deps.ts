import type { SecretStore } from "../secrets/mod.ts";
import type { TemplateInputs } from "../template/mod.ts";
import type { PublisherDeps } from "./publisher.ts";

/** What an agent works with. */
export interface AgentDeps extends Omit<PublisherDeps, "describe" | "leases" | "trail" | "wake"> {
	readonly store: SecretStore;
	/** Told after each piece of work of a running agent: what it needed may be given back. */
	readonly rest?: (signal: AbortSignal) => void;
	/** Told at the end of each round: what nothing lives by any more may be given back to Vault. */
	readonly tidy?: (signal: AbortSignal) => void;
	/** A refused login does not end the start, for others may mend it: nobody waits for a sidecar. Default false. */
	readonly waitsForLogin?: boolean;
	/** So long may something required not render before the agent ends, in milliseconds; absent: for ever. */
	readonly giveUpAfterMs?: number;
	/** What templates see besides secrets. */
	readonly surroundings: Omit<TemplateInputs, "lookup">;
}
