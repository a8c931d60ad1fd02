import { type Clock, firstOf } from "../kernel/mod.ts";
import type { ChildEvent, DrainingChild } from "./events.ts";
import type { Front } from "./front/front.ts";
import type { LiveChild } from "./live-child.ts";
import type { Member } from "./turn.ts";

interface FarewellParts {
	readonly front: Front;
	readonly drainTimeoutMs: number;
	readonly clock: Clock;
	readonly observe: (event: ChildEvent) => void;
}

/**
 * A child whose successor has taken over: it keeps its connections until they end, or the drain timeout has passed,
 * and its process until it is known that nobody needs it again.
 */
export class Farewell {
	readonly member: Member;
	/** Nothing of it is left, or it serves once more. */
	readonly done: Promise<void>;
	/** Signals for the child that serves, which this one would have got in its place. */
	readonly missed = new Set<NodeJS.Signals>();
	readonly #parts: FarewellParts;
	readonly #since: number;
	readonly #hurry = new AbortController();
	readonly #fate = Promise.withResolvers<void>();
	#isRecalled = false;

	constructor(member: Member, parts: FarewellParts) {
		this.#since = parts.clock.now();
		this.member = member;
		this.#parts = parts;
		this.done = this.#live();
	}

	get child(): LiveChild {
		return this.member.child;
	}

	/** As of now. */
	get report(): DrainingChild {
		const { pid, generation } = this.child;
		return { pid, generation, since: this.#since, open: this.#parts.front.openWith(this.member.target) };
	}

	/** Nobody needs it again. */
	release(): void {
		this.#fate.resolve();
	}

	/** It is to serve once more. @returns undefined where it has ended */
	recall(): Member | undefined {
		if (this.child.ended !== undefined) return undefined;
		this.#isRecalled = true;
		this.#hurry.abort();
		return this.member;
	}

	/** The agent ends: it is to go at once. */
	hurry(): void {
		this.#hurry.abort();
	}

	async #live(): Promise<void> {
		const { child } = this;
		const { front, clock, drainTimeoutMs, observe } = this.#parts;
		const { target } = this.member;
		const order = this.#hurry.signal;
		await firstOf(Promise.race([front.drained(target), child.exit]), drainTimeoutMs, { clock, order });
		const afterMs = clock.now() - this.#since;
		const cut = order.aborted ? 0 : front.cut(target);
		const fate = Promise.race([this.#fate.promise, child.exit]);
		await firstOf(fate, Number.POSITIVE_INFINITY, { clock, order });
		if (this.#isRecalled) return;
		const hasHurried = order.aborted;
		if (child.ended === undefined) await child.end(hasHurried ? "stop" : "drained");
		else await child.bury();
		const { pid, generation } = child;
		if (!hasHurried) observe({ kind: "drained", generation, pid, afterMs, cut });
	}
}
