/** How often a request is made again. Without either, as the config says for all. */
export interface Pace {
	/** Between two reads of a secret without a lease, in milliseconds. */
	readonly pollIntervalMs?: number;
	/** The oldest that the secret may become, leased or not, in milliseconds. */
	readonly maxAgeMs?: number;
}

/** The pace that satisfies all. @param usualMs poll interval of who names none */
export function tightest(paces: readonly Pace[], usualMs: number): Pace {
	const ages = paces.map(({ maxAgeMs }) => maxAgeMs ?? Number.POSITIVE_INFINITY);
	return {
		...(paces.length > 0 && {
			pollIntervalMs: Math.min(...paces.map(({ pollIntervalMs }) => pollIntervalMs ?? usualMs)),
		}),
		maxAgeMs: Math.min(Number.POSITIVE_INFINITY, ...ages),
	};
}

/** Jitter of a poll interval to either side, so that a fleet spreads out. */
const JITTER = 0.1;

/**
 * The first interval is shorter, by as much as draws decide: agents that were started together would else read together
 * for minutes, until the jitter of many rounds has parted them.
 */
const FIRST_FROM = 0.3;

/** Paths of one interval share their next moment, so that they stay in step and are read side by side. */
export class Rounds {
	readonly #random: () => number;
	readonly #next = new Map<number, number>();

	constructor(random: () => number) {
		this.#random = random;
	}

	/** Reading begins: what is due now is planned anew. A path that comes back on its own clock falls in step. */
	begin(now: number): void {
		for (const [intervalMs, at] of this.#next) if (at <= now) this.#plan(intervalMs, now);
	}

	/** Everything is read now, whatever was planned. */
	restart(now: number): void {
		for (const intervalMs of this.#next.keys()) this.#plan(intervalMs, now);
	}

	/** When paths of this interval are read next. */
	next(intervalMs: number, now: number): number {
		const planned = this.#next.get(intervalMs);
		if (planned === undefined) return this.#set(intervalMs, now, FIRST_FROM);
		return planned <= now ? this.#plan(intervalMs, now) : planned;
	}

	#plan(intervalMs: number, now: number): number {
		return this.#set(intervalMs, now, 1 - JITTER);
	}

	/** @param from least part of the interval */
	#set(intervalMs: number, now: number, from: number): number {
		const part = from + (1 + JITTER - from) * this.#random();
		const at = now + Math.round(intervalMs * part);
		this.#next.set(intervalMs, at);
		return at;
	}
}
