import { AgentError, type Clock, type Log, Secret } from "../kernel/mod.ts";
import type { Delivery, FileOrder } from "../render/mod.ts";
import type { Counters } from "../status/mod.ts";
import type { Book } from "./book.ts";
import { DeliveryRetry } from "./delivery-retry.ts";
import { type Generation, isSameVariables, renderedLine } from "./generation.ts";
import type { ChildPort, ChildTerms, NoticePort } from "./ports.ts";
import type { LeaseTurnover } from "./lease-turnover.ts";
import type { FileUnit } from "./spec.ts";
import { TurnOver } from "./turn-over.ts";

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
	/** What becomes of leases that have been replaced. */
	readonly leases: LeaseTurnover;
	/** Called when a turn-over has come to its end: there may be something to do. */
	readonly wake: () => void;
}

/** Makes generations current: files first, then everybody who has to know. Owns the generation's number. */
export class Publisher {
	readonly #deps: PublisherDeps;
	readonly #turnOver: TurnOver;
	#delivery: Delivery;
	#terms: ChildTerms | undefined;
	#current: Generation = { number: 0, orders: [], variables: new Map(), terms: undefined };
	/** What the child could not live with, by path: not delivered again until it changes or somebody asks. */
	#rejected: ReadonlyMap<string, string | undefined> = new Map();
	/** Number of the generation that the child was last asked to run with; files alone may be newer. */
	#tried = 1;
	readonly #retry: DeliveryRetry;

	constructor(deps: PublisherDeps) {
		this.#deps = deps;
		this.#retry = new DeliveryRetry(deps);
		this.#delivery = deps.delivery;
		this.#terms = deps.child?.terms;
		const child = deps.child?.supervisor;
		const { notices, clock, random, log, counters } = deps;
		this.#turnOver = new TurnOver({
			notices,
			clock,
			random,
			log,
			...(counters && { counters }),
			settled: async (paths) => {
				try {
					await this.#delivery.settled(paths);
				} catch (error) {
					if (!(error instanceof AgentError)) throw error;
					// It has happened; at worst it happens once more after a restart of the agent.
					log.write("warn", "notification failed", { msg: error.message, code: error.code });
				}
			},
			...(child && { child: { restart: () => this.#restart(), signal: (name) => child.signal(name) } }),
		});
	}

	/** 0 before the first delivery. */
	get generation(): number {
		return this.#current.number;
	}

	/** Whether everybody has been told of the current generation. */
	get isSettled(): boolean {
		return this.#turnOver.isSettled;
	}

	/** Why the last notification that is still due has failed. */
	get lastFailure(): AgentError | undefined {
		return this.#turnOver.lastFailure;
	}

	/** What a status report says of deliveries. */
	get standing() {
		const { number: generation, orders } = this.#current;
		/** Put back to what stood before. */
		const rejected = orders.filter((order) => this.#isRejected(order)).map(({ path }) => path);
		return { generation, rejected, ...this.#retry.standing, notifications: this.#turnOver.standing };
	}

	/** Milliseconds until a failed delivery or notification is tried again; infinite when there is none. */
	untilDue(): number {
		return Math.min(this.#turnOver.untilDue(), Math.max(0, this.#retry.dueAt - this.#deps.clock.now()));
	}

	/** Whether somebody has to be told now. */
	get isNotifyDue(): boolean {
		return this.#turnOver.untilDue() === 0;
	}

	/** Whether a delivery that failed has to be tried again now. */
	get isRetryDue(): boolean {
		return this.#retry.dueAt <= this.#deps.clock.now();
	}

	/**
	 * The first generation: everything stands on disk before anybody is told and before the child starts.
	 *
	 * @throws AgentError when something cannot be delivered, or the child cannot be started
	 */
	async start(book: Book): Promise<void> {
		const { child } = this.#deps;
		const destinations = book.files.map((file) => file.destination);
		const changed = new Set(await this.#delivery.deliver(book.orders()));
		for (const path of await this.#delivery.unnotified(destinations)) changed.add(path);
		const [orders, variables, terms] = [book.orders(), book.variables(), this.#terms];
		this.#current = { number: 1, orders, variables, terms };
		this.#retry.delivered();
		this.#noteLeases(book, [], false);
		this.#sayRendered(book, destinations.length);
		this.#turnOver.note(
			book.files.filter(({ destination }) => changed.has(destination)),
			false,
		);
		if (child === undefined || terms === undefined) return;
		await child.supervisor.start(this.#childValues(terms));
		await this.#turnOver.childStarted();
	}

	/**
	 * The config was read anew: from the next {@link publish} on, this is how things are delivered and run.
	 *
	 * @param terms absent: the child is run as before
	 */
	async adopt(delivery: Delivery, terms: ChildTerms | undefined, book: Book): Promise<void> {
		this.#delivery = delivery;
		this.#terms = terms ?? this.#terms;
		await delivery.sweep(book.files.map((file) => file.destination));
	}

	/** Delivers what the book says now, if it differs. A failure is logged and tried again. */
	async publish(book: Book): Promise<void> {
		const orders = book.orders();
		const variables = book.variables();
		const terms = this.#terms;
		const variablesChanged =
			!isSameVariables(variables, this.#current.variables) || terms !== this.#current.terms;
		if (variablesChanged || orders.some((order) => this.#isNew(order))) this.forgetRejection();
		try {
			const wanted = orders.filter((order) => !this.#isRejected(order));
			const changed = new Set(await this.#delivery.deliver(wanted));
			this.#retry.succeeded();
			const files = book.files.filter(({ destination }) => changed.has(destination));
			const isNew = files.length > 0 || variablesChanged;
			if (isNew) this.#current = { number: this.#current.number + 1, orders, variables, terms };
			this.#noteLeases(book, files, variablesChanged);
			if (!isNew) return;
			this.#retry.delivered();
			this.#sayRendered(book, files.length);
			this.#turnOver.note(files, variablesChanged);
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			this.#retry.failed(error);
		}
	}

	/** Somebody asked: what was rejected is worth another try. */
	forgetRejection(): void {
		this.#rejected = new Map();
	}

	/** Lets go the leases that nobody lives by any more. */
	letGo(): void {
		this.#deps.leases.settle(this.isSettled);
	}

	/** Tells whoever has to know and has not been told yet. */
	async notify(signal: AbortSignal): Promise<void> {
		await this.#turnOver.run(signal);
	}

	#childValues(terms: ChildTerms) {
		const generation = this.#current;
		return {
			generation: generation.number,
			...(terms.spec !== undefined && { spec: terms.spec }),
			env: new Secret(terms.environment(generation.variables)),
			prepare: () => this.#putInPlace(generation),
		};
	}

	/**
	 * Before a child is put back to a generation's variables, the files of that generation have to stand as well. One
	 * that only starts again after its end finds the newest files.
	 */
	async #putInPlace(generation: Generation): Promise<void> {
		if (generation.number >= this.#tried) return;
		this.#tried = generation.number;
		this.#rejected = new Map(this.#current.orders.map((order) => [order.path, order.content]));
		try {
			await this.#delivery.deliver(generation.orders);
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			const msg = `${error.message}; the child gets the variables of generation ${generation.number}, but newer files`;
			this.#deps.log.write("error", "delivery failed", { ...error.facts, msg, code: error.code });
		}
	}

	#restart(): void {
		const { child, log } = this.#deps;
		const { number, terms } = this.#current;
		if (child === undefined || terms === undefined) return;
		this.#tried = number;
		const report = async () => {
			const outcome = await child.supervisor.replace(this.#childValues(terms));
			if (outcome === "turned-over") {
				this.#deps.leases.childStands(number);
				log.write("info", "turned over", { msg: `generation ${number} stands`, generation: number });
			} else if (outcome === "put-back") {
				const msg = `generation ${number} is rejected: its child did not live; the values before it are used until the next change`;
				log.write("error", "rejected", { msg, generation: number });
			}
			this.#deps.wake();
		};
		void report(); // known only after the start grace, and reading goes on meanwhile
	}

	/** Other than what the current generation, rejected or not, has for that file. */
	#isNew({ path, content }: FileOrder): boolean {
		return this.#current.orders.find((order) => order.path === path)?.content !== content;
	}

	#isRejected({ path, content }: FileOrder): boolean {
		return this.#rejected.has(path) && this.#rejected.get(path) === content;
	}

	#noteLeases(book: Book, files: readonly FileUnit[], variablesChanged: boolean): void {
		const { number: generation } = this.#current;
		this.#deps.leases.delivered({ generation, uses: book.leaseUses(), files, variablesChanged });
	}

	#sayRendered(book: Book, changedFiles: number): void {
		const files = book.files.map(({ destination }) => destination);
		const line = renderedLine(this.#current, { files, changedFiles, secrets: this.#deps.describe() });
		this.#deps.log.write("info", "rendered", line);
	}
}
