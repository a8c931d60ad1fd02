import { type AgentError, backoffDelay, type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import type { Counters } from "../status/mod.ts";

interface DeliveryRetryDeps {
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	readonly counters?: Counters;
}

/** Pauses after a delivery that failed. */
const DELIVERY_BACKOFF = { minMs: 1000, maxMs: 30_000 };

/** Remembers how the last delivery went, and when one that failed is tried again. */
export class DeliveryRetry {
	readonly #deps: DeliveryRetryDeps;
	#failures = 0;
	#failure: AgentError | undefined;
	#deliveredAt: number | undefined;
	#dueAt = Number.POSITIVE_INFINITY;

	constructor(deps: DeliveryRetryDeps) {
		this.#deps = deps;
	}

	/** Milliseconds since the epoch; infinite when nothing failed. */
	get dueAt(): number {
		return this.#dueAt;
	}

	/** What a status report says of it. */
	get standing() {
		return { deliveredAt: this.#deliveredAt, deliveryFailure: this.#failure };
	}

	/** Everything stands on disk, be it new or as before. */
	succeeded(): void {
		[this.#failures, this.#dueAt, this.#failure] = [0, Number.POSITIVE_INFINITY, undefined];
	}

	/** A generation has been put on disk. */
	delivered(): void {
		this.#deliveredAt = this.#deps.clock.now();
		this.#deps.counters?.add("keyturn_deliveries_total", { result: "done" });
	}

	failed(error: AgentError): void {
		const { clock, random, log, counters } = this.#deps;
		const pause = backoffDelay(this.#failures++, DELIVERY_BACKOFF, random);
		this.#dueAt = clock.now() + pause;
		this.#failure = error;
		counters?.add("keyturn_deliveries_total", { result: "failed" });
		const msg = `${error.message}; nothing is turned over, trying again in ${formatDuration(pause)}`;
		log.write("error", "delivery failed", { ...error.facts, ...error.rows, msg, code: error.code });
	}
}
