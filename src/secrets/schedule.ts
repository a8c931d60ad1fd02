import { type AgentError, type BackoffLimits, backoffDelay, type Clock } from "../kernel/mod.ts";
import { pauseAfter } from "../vault/mod.ts";
import { type Entry, isStatic, oldestAt } from "./entry.ts";
import type { LeaseCalls } from "./lease-calls.ts";
import { type Lease, replacementAt } from "./lease.ts";
import type { Pace, Rounds } from "./rounds.ts";

export interface ScheduleDeps {
	readonly leases: Pick<LeaseCalls, "endOf">;
	readonly clock: Clock;
	readonly random: () => number;
	/** Time between two reads of a secret without a lease, in milliseconds, unless its pace says another. */
	readonly pollIntervalMs: number;
}

/** Pauses of one path after failed reads; one path's failure costs no request on another. */
const PATH_BACKOFF: BackoffLimits = { minMs: 250, maxMs: 60_000 };

/** When something is to be done about an entry, all clocks considered. Times are those of steady time. */
export class Schedule {
	/** How often which requests are made, by key. */
	paces: ReadonlyMap<string, Pace> = new Map();
	readonly #deps: ScheduleDeps;
	readonly #rounds: Rounds;

	constructor(deps: ScheduleDeps, rounds: Rounds) {
		this.#deps = deps;
		this.#rounds = rounds;
	}

	/** By its own clock, while all is well. */
	plannedAt(entry: Entry): number {
		const { clock, pollIntervalMs } = this.#deps;
		const pace = this.#paceOf(entry);
		const round = () => this.#rounds.next(pace.pollIntervalMs ?? pollIntervalMs, clock.now());
		const nextRound = isStatic(entry) ? round() : Number.POSITIVE_INFINITY;
		return Math.min(nextRound, entry.ownDueAt, oldestAt(entry, pace));
	}

	/** After a fault. */
	retryAt({ attempts }: Entry, error: AgentError): number {
		const { clock, random } = this.#deps;
		return clock.now() + pauseAfter(error, attempts, { limits: PATH_BACKOFF, random });
	}

	/** After an answer that is no use, and no fault either. */
	againAt({ attempts }: Entry): number {
		const { clock, random } = this.#deps;
		return clock.now() + backoffDelay(attempts, PATH_BACKOFF, random);
	}

	/** As it is planned, unless the end of its token comes before. */
	dueAt({ lease, dueAt, attempts }: Entry): number {
		if (lease === undefined || attempts > 0) return dueAt;
		return Math.min(dueAt, replacementAt(lease, this.#endOfToken(lease)));
	}

	/** Whether the entry's lease is at its end, and no renewal can help. */
	isEnding(entry: Entry, lease: Lease): boolean {
		const now = this.#deps.clock.now();
		const tokenEndsAt = this.#endOfToken(lease);
		const isTokenEnding = tokenEndsAt < lease.endsAt && replacementAt(lease, tokenEndsAt) <= now;
		return isTokenEnding || oldestAt(entry, this.#paceOf(entry)) <= now;
	}

	#paceOf({ key }: Entry): Pace {
		return this.paces.get(key) ?? {};
	}

	#endOfToken({ holder }: Lease): number {
		return holder === undefined ? Number.POSITIVE_INFINITY : this.#deps.leases.endOf(holder);
	}
}
