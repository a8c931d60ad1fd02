import type { Clock } from "../kernel/mod.ts";
import type { Change } from "../secrets/mod.ts";
import type { Counters } from "../status/mod.ts";
import type { Book } from "./book.ts";
import { countRenderings } from "./counting.ts";
import { HeldBack } from "./held-back.ts";
import { type RendererDeps, type Rendering, renderUnits } from "./renderer.ts";
import { withoutClashes } from "./side-files.ts";
import type { Unit } from "./spec.ts";

interface DraftsDeps extends RendererDeps {
	readonly clock: Clock;
	readonly counters?: Counters;
}

/** Renders what has to be rendered anew, and enters it in the book. */
export class Drafts {
	readonly #book: Book;
	readonly #deps: DraftsDeps;
	readonly #held: HeldBack;

	constructor(book: Book, deps: DraftsDeps) {
		this.#book = book;
		this.#deps = deps;
		this.#held = new HeldBack(deps.clock);
	}

	/** Milliseconds until a unit has waited for its secrets to be quiet; infinite when none waits. */
	untilDue(): number {
		return this.#held.untilDue();
	}

	/** Whether a unit waits for its secrets to be quiet. */
	isHeld(unit: Unit): boolean {
		return this.#held.has(unit);
	}

	/** Everything is rendered next, and nobody waits any more. */
	waitNoMore(): void {
		this.#held.clear();
	}

	/**
	 * Units that are to be rendered anew: of those that the changes concern the ones that wait for nothing, and who has
	 * waited for long enough.
	 *
	 * @param wasRead false when nothing has been asked of Vault: then nobody is concerned
	 */
	ripe(changes: readonly Change[], wasRead: boolean): readonly Unit[] {
		const usersOf = (some: readonly Change[]) => new Set(some.flatMap(({ key }) => this.#book.usersOf(key)));
		const [changed, urgent] = [usersOf(changes), usersOf(changes.filter(isOnLoan))];
		const now = wasRead ? this.#held.sift(this.#book.concerned(changes), changed, urgent) : [];
		return [...new Set([...now, ...this.#held.takeDue()])];
	}

	/** @param isFirst nothing stands yet: failures are told by the start */
	async render(units: readonly Unit[], isFirst: boolean, signal: AbortSignal): Promise<void> {
		const rendered = await renderUnits(units, this.#deps, signal);
		const renderings = withoutClashes(rendered, this.#book.besides());
		countRenderings(renderings, this.#deps.counters);
		this.#book.enter(renderings, isFirst);
		this.retain();
	}

	/** Units that may come to be, by themselves. */
	async propose(units: readonly Unit[], signal: AbortSignal): Promise<readonly Rendering[]> {
		return withoutClashes(await renderUnits(units, this.#deps, signal), []);
	}

	/** What no unit uses is read no more, and the rest as often as its users want. */
	retain(): void {
		const used = this.#book.usedKeys();
		if (used !== undefined) this.#deps.store.retain(used);
		this.#deps.store.pace(this.#book.paces());
	}
}

/** The one before it ends soon, whoever still has it. */
function isOnLoan({ after }: Change): boolean {
	return after.kind === "present" && after.view.leaseId !== "";
}
