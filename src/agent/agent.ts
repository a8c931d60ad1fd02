import type { AgentDeps } from "./agent-deps.ts";
import { Bell } from "./bell.ts";
import { Book } from "./book.ts";
import { Drafts } from "./drafts.ts";
import { LeaseTurnover } from "./lease-turnover.ts";
import { OutageLog } from "./outage-log.ts";
import { Patience } from "./patience.ts";
import { objectionOfDisk, prepareDisk } from "./prepare-disk.ts";
import { Progress, PROGRESS_EVERY_MS } from "./progress.ts";
import { type Proposal, Proposals } from "./proposal.ts";
import { Publisher } from "./publisher.ts";
import { describeSecrets } from "./rotation-log.ts";
import { RotationTrail } from "./rotation-trail.ts";
import type { Plan, Unit } from "./spec.ts";
import { isMissing, waitingFor, type WaitingFor } from "./waiting.ts";

/** A single piece of work that takes longer has met a fault: all that it waits for has a bound of its own. */
const STUCK_AFTER_MS = 15 * 60_000;

/** Shortest pause of a start that waits for Vault. */
const SHORTEST_WAIT_MS = 50;

/** The loop: read, render, deliver, turn over, again for every change. */
export class Agent {
	readonly #deps: AgentDeps;
	readonly #book: Book;
	readonly #publisher: Publisher;
	readonly #trail: RotationTrail;
	readonly #outages: OutageLog;
	readonly #drafts: Drafts;
	readonly #patience: Patience;
	#busySince: number | undefined;
	#wantsAll = false;
	readonly #proposals = new Proposals();
	readonly #bell: Bell;

	constructor(units: readonly Unit[], deps: AgentDeps) {
		this.#deps = deps;
		this.#book = new Book(units, deps.log);
		this.#outages = new OutageLog(deps.log, deps.clock);
		this.#drafts = new Drafts(this.#book, deps);
		this.#bell = new Bell(deps.clock);
		this.#patience = new Patience(deps);
		this.#trail = new RotationTrail({ ...deps, isHeld: (unit) => this.#drafts.isHeld(unit) });
		this.#publisher = new Publisher({
			...deps,
			describe: () => describeSecrets(deps.store.entries()),
			trail: this.#trail,
			leases: new LeaseTurnover(deps.store),
			wake: this.#bell.ring,
		});
	}

	/** What is still waited for; `undefined` once everything stands. */
	get waitingFor(): WaitingFor | undefined {
		return waitingFor(this.#book.waiting(), this.#publisher);
	}

	/** What a status report says of it; no text and no value. */
	get standing() {
		return { units: this.#book.standings(), ...this.#publisher.standing };
	}

	/** Whether the loop turns: it waits for something to do, or has not been at it for too long. */
	get isAlive(): boolean {
		return this.#busySince === undefined || this.#deps.clock.now() - this.#busySince < STUCK_AFTER_MS;
	}

	/** Reads every secret now, and delivers again what differs from the disk. */
	refresh(): void {
		this.#wantsAll = true;
		this.#bell.ring();
	}

	/**
	 * Swaps to what a config that was read anew says, whole or not at all. A later call takes the place of one that has
	 * not been begun.
	 *
	 * @throws AgentError for what does not render: all stays as it was; `remedy: "retry"` when waiting may mend it
	 */
	async adopt(plan: Plan): Promise<void> {
		const decided = this.#proposals.propose(plan);
		this.#bell.ring();
		await decided;
	}

	/**
	 * Brings the first generation about: everything that is required stands on disk, and the child runs. Where what is
	 * missing is waited for, only the rest stands then; see {@link complete}.
	 *
	 * @throws AgentError for what waiting cannot mend; the signal's reason when aborted
	 */
	async start(signal: AbortSignal): Promise<void> {
		await prepareDisk(this.#book.files, this.#deps);
		const progress = this.#progress();
		await progress.during(this.#renderFirst(progress, signal));
		await this.#publisher.start(this.#book);
		if (this.#isWhole) await this.#publisher.startChild(signal);
		else this.#book.sayWaiting();
	}

	/** Waits for what was missing at the start, delivers it as it comes, and then starts the child. @throws as the start */
	async complete(signal: AbortSignal): Promise<void> {
		const progress = this.#progress();
		while (!this.#isWhole) {
			progress.isForOthers();
			await this.#turn(signal);
			signal.throwIfAborted();
		}
		await this.#publisher.startChild(signal);
	}

	/** Whether all that is required stands on disk. */
	get #isWhole(): boolean {
		return this.#book.waiting().length === 0 && this.#publisher.isDelivered;
	}

	/** Waits until everybody has been told of the first generation. For init containers. */
	async settle(signal: AbortSignal): Promise<void> {
		const tellEverybody = async () => {
			while (!this.#publisher.isSettled) {
				await this.#deps.clock.sleep(this.#publisher.untilDue(), signal);
				await this.#publisher.notify(signal);
			}
		};
		await this.#progress().during(tellEverybody());
	}

	#progress(): Progress {
		return new Progress({ ...this.#deps, waitingFor: () => this.waitingFor });
	}

	/** Watches, until aborted. */
	async watch(signal: AbortSignal): Promise<void> {
		this.#deps.rest?.(signal);
		while (!signal.aborted) await this.#turn(signal);
	}

	/** Waits until there is something to do, and does it. */
	async #turn(signal: AbortSignal): Promise<void> {
		this.#notify(signal);
		await this.#pause(this.#untilDue(), signal);
		if (signal.aborted) return;
		this.#busySince = this.#deps.clock.now();
		await this.#tryAdoption(signal);
		await this.#cycle(signal);
		this.#busySince = undefined;
		this.#patience.bear(this.#book.faults((key) => this.#deps.store.entry(key)?.error));
	}

	#untilDue(): number {
		const due = [this.#deps.store, this.#publisher, this.#drafts].map((one) => one.untilDue());
		return Math.min(...due, this.#patience.untilOver());
	}

	/** Beside the loop: a command may take its time, and reading goes on meanwhile. */
	#notify(signal: AbortSignal): void {
		if (!this.#publisher.isNotifyDue) return;
		void this.#publisher.notify(signal).then(this.#bell.ring, (error: unknown) => {
			if (!signal.aborted) throw error;
		});
	}

	async #renderFirst(progress: Progress, signal: AbortSignal): Promise<void> {
		const { store } = this.#deps;
		for (;;) {
			await this.#drafts.render(this.#book.units, true, signal);
			const waiting = this.#book.waiting();
			const fatal = this.#patience.fatalOf(waiting);
			if (fatal !== undefined) {
				this.#outages.reportOthers(fatal, [...store.entries(), ...waiting]);
				throw fatal;
			}
			if (waiting.length === 0) return;
			this.#patience.bear(this.#book.faults(() => undefined));
			if (this.#patience.isForOthers(waiting)) return;
			progress.failed();
			const soon = Math.min(store.untilDue(), this.#patience.untilOver(), PROGRESS_EVERY_MS);
			await this.#pause(Math.max(SHORTEST_WAIT_MS, soon), signal);
			signal.throwIfAborted();
			// Nothing stands yet that would have to be kept.
			if (this.#proposals.pending !== undefined) await this.#swap(this.#proposals.pending);
			await store.poll(signal);
		}
	}

	/** Ends early when somebody asks for something. */
	async #pause(ms: number, signal: AbortSignal): Promise<void> {
		if (this.#wantsAll || this.#proposals.pending !== undefined || ms === 0) return;
		await this.#bell.pause(ms, this.#deps.store.arrival(), signal);
	}

	async #tryAdoption(signal: AbortSignal): Promise<void> {
		const { pending } = this.#proposals;
		if (pending === undefined) return;
		const renderings = await this.#drafts.propose(pending.plan.units, signal);
		// A child that runs is not started anew for a config with which none would have been started.
		const waits = pending.plan.waitsForMissing === true && !this.#publisher.hasChild;
		const objection =
			this.#book.objection(renderings, (error) => waits && isMissing(error)) ??
			(await objectionOfDisk(pending.plan));
		if (this.#proposals.pending !== pending) return; // a newer one has taken its place
		if (objection === undefined) {
			await this.#swap(pending);
			this.#book.enter(renderings, false);
			await this.#publisher.publish(this.#book);
		} else {
			this.#proposals.withdraw();
			pending.refuse(objection);
		}
		this.#drafts.retain();
	}

	async #swap({ plan, accept }: Proposal): Promise<void> {
		const { units } = plan;
		this.#proposals.withdraw();
		this.#drafts.waitNoMore();
		this.#patience.adopt(plan);
		this.#book.adopt(units);
		await this.#publisher.adopt(plan, this.#book);
		accept();
	}

	async #cycle(signal: AbortSignal): Promise<void> {
		const { store } = this.#deps;
		const wantsAll = this.#wantsAll;
		const isReadDue = wantsAll || store.untilDue() === 0;
		if (wantsAll) {
			this.#wantsAll = false;
			this.#drafts.waitNoMore();
			this.#publisher.forgetRejection();
		}
		const changes = isReadDue ? await (wantsAll ? store.readAllAtOnce(signal) : store.poll(signal)) : [];
		if (isReadDue) {
			this.#trail.seen(changes);
			this.#outages.report(store.entries(), `serving generation ${this.#publisher.generation}`);
		}
		// Who asked may have changed what a template sees besides secrets.
		const concerned = wantsAll ? this.#book.units : this.#drafts.ripe(changes, isReadDue);
		if (concerned.length > 0) {
			await this.#drafts.render(concerned, false, signal);
			this.#deps.rest?.(signal);
		}
		if (concerned.length > 0 || wantsAll || this.#publisher.isRetryDue)
			await this.#publisher.publish(this.#book);
		this.#publisher.closeUp();
		this.#deps.tidy?.(signal);
	}
}
