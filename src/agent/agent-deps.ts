import type { Clock, Log } from "../kernel/mod.ts";
import type { Delivery } from "../render/mod.ts";
import type { SecretStore } from "../secrets/mod.ts";
import type { Counters } from "../status/mod.ts";
import type { TemplateInputs } from "../template/mod.ts";
import type { LeaseTurnover } from "./lease-turnover.ts";
import type { ChildPort, NoticePort } from "./ports.ts";
import type { RotationTrail } from "./rotation-trail.ts";
import type { Tolerance } from "./waiting.ts";

/** What deliveries and turn-overs need. */
export interface PublisherDeps {
	readonly delivery: Delivery;
	readonly child?: ChildPort;
	readonly notices: NoticePort;
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	readonly counters?: Counters;
	/** Names and versions of what is held, for the log. */
	readonly describe: () => string;
	/** What becomes of changes. */
	readonly trail: RotationTrail;
	/** What becomes of leases that have been replaced. */
	readonly leases: LeaseTurnover;
	/** Called when a turn-over has come to its end: there may be something to do. */
	readonly wake: () => void;
}

/** What an agent works with. */
export interface AgentDeps extends Tolerance, Omit<PublisherDeps, "describe" | "leases" | "trail" | "wake"> {
	readonly store: SecretStore;
	/** Told after each piece of work of a running agent: what it needed may be given back. */
	readonly rest?: (signal: AbortSignal) => void;
	/** Told at the end of each round: what nothing lives by any more may be given back to Vault. */
	readonly tidy?: (signal: AbortSignal) => void;
	/** So long may something required not render before the agent ends, in milliseconds; absent: for ever. */
	readonly giveUpAfterMs?: number;
	/** What templates see besides secrets. */
	readonly surroundings: Omit<TemplateInputs, "lookup">;
}
