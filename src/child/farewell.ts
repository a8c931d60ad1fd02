import type { Clock } from "../kernel/mod.ts";
import type { ChildEvent, DrainingChild } from "./events.ts";
import type { Front } from "./front/front.ts";
import type { LiveChild } from "./live-child.ts";
import type { Member } from "./turn.ts";
import { firstOf } from "./wait.ts";

interface FarewellParts {
	readonly front: Front;
	readonly drainTimeoutMs: number;
	readonly clock: Clock;
	readonly observe: (event: ChildEvent) => void;
}

/** A child whose successor has taken over: it keeps its connections until they end, or the drain timeout has passed. */
export class Farewell {
	readonly child: LiveChild;
	/** Nothing of it is left. */
	readonly done: Promise<void>;
	readonly #member: Member;
	readonly #parts: FarewellParts;
	readonly #since: number;
	readonly #hurry = new AbortController();

	constructor(member: Member, parts: FarewellParts) {
		this.child = member.child;
		this.#since = parts.clock.now();
		this.#member = member;
		this.#parts = parts;
		this.done = this.#live();
	}

	/** As of now. */
	get report(): DrainingChild {
		const { pid, generation } = this.child;
		return { pid, generation, since: this.#since, open: this.#parts.front.openWith(this.#member.target) };
	}

	/** The agent ends: what is open is for the child to see to, as it is for one that serves. */
	hurry(): void {
		this.#hurry.abort();
	}

	async #live(): Promise<void> {
		const { child } = this;
		const { front, clock, drainTimeoutMs, observe } = this.#parts;
		const { target } = this.#member;
		const order = this.#hurry.signal;
		await firstOf(Promise.race([front.drained(target), child.exit]), drainTimeoutMs, { clock, order });
		const afterMs = clock.now() - this.#since;
		const hasHurried = order.aborted;
		const cut = hasHurried ? 0 : front.cut(target);
		if (child.ended === undefined) await child.end(hasHurried ? "stop" : "drained");
		else await child.bury();
		const { pid, generation } = child;
		if (!hasHurried) observe({ kind: "drained", generation, pid, afterMs, cut });
	}
}
