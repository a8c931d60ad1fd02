import type { AgentError } from "../kernel/mod.ts";
import type { Failure } from "./candidate.ts";
import type { Crew } from "./crew.ts";
import type { LoopParts } from "./loop.ts";
import type { ChildExit, ChildSpec } from "./ports.ts";
import { Rest } from "./rest.ts";
import { isEnd } from "./rolling-verdict.ts";
import type { Member, Turn } from "./turn.ts";
import { Turns } from "./turns.ts";
import { shouldRestart } from "./verdict.ts";

type Dead = NonNullable<ReturnType<Crew["takeDead"]>>;
type Failed = NonNullable<ReturnType<Crew["takeFailed"]>>;
type Loss = Exclude<Failure, { kind: "abandoned" }>;

interface SuccessionParts extends LoopParts {
	/** Calls for a step. */
	readonly ring: () => void;
	/** When an interrupt was last passed on, by the clock. */
	readonly interruptedAt: () => number;
}

/** Decides which child comes next, and when there is to be none: one step after each thing that has happened. */
export class Succession {
	/** No child is to be started again. */
	isOver = false;
	/** How that will be told outside, as far as it is known. */
	exit: ChildExit = { code: 0 };
	readonly turns: Turns;
	readonly rest: Rest;
	readonly #parts: SuccessionParts;
	/** Ends in a row while nobody served. */
	#failures = 0;
	#hasLived = false;
	/** The child that served has ended, and that would have been the end but for one that was being made ready. */
	#isLastChance = false;

	constructor(parts: SuccessionParts) {
		this.#parts = parts;
		this.rest = new Rest(parts.deps, parts.ring);
		this.turns = new Turns(parts.orders.take());
	}

	/** Goes by what there is now. */
	step(crew: Crew): void {
		const { orders } = this.#parts;
		if (orders.ending) {
			this.isOver = true;
			return;
		}
		if (orders.changed) this.#heedChange(crew);
		const dead = crew.takeDead();
		if (dead !== undefined) this.#mourn(crew, dead);
		const failed = crew.takeFailed();
		if (failed !== undefined) this.#judge(crew, failed);
		if (!this.isOver) this.#goOn(crew);
	}

	/** A child serves from now on. */
	welcome({ turn }: Member): void {
		const { deps, orders, report, onFirst } = this.#parts;
		this.turns.serves(turn, deps.clock.now());
		this.#hasLived = true;
		if (turn !== this.turns.wanted) this.#pauseForWanted();
		else if (!orders.changed) report.settle("turned-over");
		onFirst();
		this.#parts.ring();
	}

	/** No child has served, and none will. */
	fail(error: AgentError): void {
		this.isOver = true;
		this.exit = { code: error.exitCode };
		this.#parts.onFirst(error);
	}

	specOf({ values }: Turn): ChildSpec {
		return values.spec ?? this.#parts.spec;
	}

	#heedChange({ candidate }: Crew): void {
		const { deps, orders } = this.#parts;
		const dueMs = this.turns.want(orders.take(), deps.clock.now());
		this.rest.end();
		// Changes that come faster than a child gets ready must not keep every child from serving.
		const patienceMs = this.specOf(this.turns.wanted).ready?.timeoutMs ?? 0;
		if (dueMs <= patienceMs) candidate?.abandon("replace");
	}

	/** The child that served has ended by itself. */
	#mourn({ candidate }: Crew, { member, exit, back }: Dead): void {
		const { turn, child } = member;
		const { restartOnExit, startGraceMs, backoff } = child.spec;
		this.exit = exit;
		if (back !== undefined && !this.#isByUser(child.spec)) {
			this.#goBack(turn, back.turn);
			return;
		}
		if (child.ageMs > Math.max(startGraceMs, backoff.maxMs)) this.#failures = 0;
		else this.turns.diesYoung(turn);
		const isReplaced = candidate !== undefined || this.turns.hasUntried(turn);
		const mayRestart = shouldRestart(restartOnExit, exit);
		this.#isLastChance = !mayRestart;
		if (this.#isByUser(child.spec) || !(mayRestart || isReplaced)) this.isOver = true;
		else if (!isReplaced) this.#pause(this.#failures++);
	}

	/** A child with new values has ended before it stood, and the one before it serves again. */
	#goBack(from: Turn, to: Turn): void {
		const { deps } = this.#parts;
		this.turns.fails(from, deps.clock.now());
		this.turns.goesBackTo(to);
		from.isRejected = true;
		deps.observe({ kind: "put-back", from: from.values.generation, to: to.values.generation });
		this.#pauseForWanted();
	}

	/** A child that was to serve will not. */
	#judge({ serving }: Crew, { candidate, failure }: Failed): void {
		const { turn } = candidate;
		const isFirst = !this.#hasLived;
		this.#hasLived ||= candidate.child !== undefined;
		if (failure.kind === "abandoned") return;
		const spec = this.specOf(turn);
		if (serving !== undefined && failure.kind === "ended" && this.#isByUser(spec)) {
			this.rest.wait(spec.stopTimeoutMs); // the one that serves may end of it as well, but more slowly
			return;
		}
		this.turns.fails(turn, this.#parts.deps.clock.now());
		if (serving === undefined && this.#isEnd(turn, failure, isFirst)) {
			this.#close(failure);
			return;
		}
		const isPutBack = this.#putBack(turn);
		if (serving !== undefined) this.#pauseForWanted();
		else if (!isPutBack && this.turns.wanted.failures > 0) this.#pause(this.#failures++);
	}

	#isEnd(turn: Turn, failure: Loss, isFirst: boolean): boolean {
		const { wanted, proven } = this.turns;
		const spec = this.specOf(turn);
		const { restartOnExit } = spec;
		const byUser = this.#isByUser(spec);
		const isLastChance = this.#isLastChance;
		return isEnd(failure, { turn, wanted, proven, isFirst, isLastChance, byUser, restartOnExit });
	}

	#close(failure: Loss): void {
		this.isOver = true;
		if (!this.#isLastChance) this.exit = failure.exit;
		if (this.turns.proven === undefined && "error" in failure) this.fail(failure.error);
	}

	/** @returns whether whoever brought the values has just been told that others are served in their place */
	#putBack(turn: Turn): boolean {
		const { deps, report } = this.#parts;
		const instead = this.turns.reject(turn);
		if (instead === undefined) return false;
		report.settle("put-back");
		deps.observe({ kind: "put-back", from: turn.values.generation, to: instead.values.generation });
		return true;
	}

	#goOn(crew: Crew): void {
		const { serving, candidate } = crew;
		const isDone = serving?.turn === this.turns.wanted;
		if (isDone || candidate !== undefined || this.rest.state !== undefined) return;
		crew.start(this.turns.next(serving !== undefined));
	}

	/** Others are served; the newest values are tried again later, where they have been tried. */
	#pauseForWanted(): void {
		const { failures } = this.turns.wanted;
		if (failures > 0) this.#pause(failures - 1);
	}

	#pause(attempt: number): void {
		this.rest.begin(attempt, this.specOf(this.turns.wanted).backoff);
	}

	#isByUser({ stopTimeoutMs }: ChildSpec): boolean {
		return this.#parts.deps.clock.now() - this.#parts.interruptedAt() <= stopTimeoutMs;
	}
}
