import { AgentError, backoffDelay, type Clock, formatDuration, type Log, Secret } from "../kernel/mod.ts";
import type { Delivery, FileOrder } from "../render/mod.ts";
import type { Counters } from "../status/mod.ts";
import type { Book } from "./book.ts";
import { type Generation, isSameVariables, renderedLine } from "./generation.ts";
import type { ChildPort, ChildTerms, NoticePort } from "./ports.ts";
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
}

/** Pauses after a delivery that failed. */
const DELIVERY_BACKOFF = { minMs: 1000, maxMs: 30_000 };

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
	#failures = 0;
	#failure: AgentError | undefined;
	#deliveredAt: number | undefined;
	#retryAt = Number.POSITIVE_INFINITY;

	constructor(deps: PublisherDeps) {
		this.#deps = deps;
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
		const [deliveredAt, deliveryFailure, notifications] = [
			this.#deliveredAt,
			this.#failure,
			this.#turnOver.standing,
		];
		return { generation, rejected, deliveredAt, deliveryFailure, notifications };
	}

	/** Milliseconds until a failed delivery or notification is tried again; infinite when there is none. */
	untilDue(): number {
		return Math.min(this.#turnOver.untilDue(), Math.max(0, this.#retryAt - this.#deps.clock.now()));
	}

	/** Whether somebody has to be told now. */
	get isNotifyDue(): boolean {
		return this.#turnOver.untilDue() === 0;
	}

	/** Whether a delivery that failed has to be tried again now. */
	get isRetryDue(): boolean {
		return this.#retryAt <= this.#deps.clock.now();
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
		this.#delivered();
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
			[this.#failures, this.#retryAt, this.#failure] = [0, Number.POSITIVE_INFINITY, undefined];
			const files = book.files.filter(({ destination }) => changed.has(destination));
			if (files.length === 0 && !variablesChanged) return;
			this.#current = { number: this.#current.number + 1, orders, variables, terms };
			this.#delivered();
			this.#sayRendered(book, files.length);
			this.#turnOver.note(files, variablesChanged);
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			this.#postpone(error);
		}
	}

	/** Somebody asked: what was rejected is worth another try. */
	forgetRejection(): void {
		this.#rejected = new Map();
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
				log.write("info", "turned over", { msg: `generation ${number} stands`, generation: number });
			} else if (outcome === "put-back") {
				const msg = `generation ${number} is rejected: its child did not live; the values before it are used until the next change`;
				log.write("error", "rejected", { msg, generation: number });
			}
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

	#delivered(): void {
		this.#deliveredAt = this.#deps.clock.now();
		this.#deps.counters?.add("keyturn_deliveries_total", { result: "done" });
	}

	#postpone(error: AgentError): void {
		const { clock, random, log, counters } = this.#deps;
		const pause = backoffDelay(this.#failures++, DELIVERY_BACKOFF, random);
		this.#retryAt = clock.now() + pause;
		this.#failure = error;
		counters?.add("keyturn_deliveries_total", { result: "failed" });
		const msg = `${error.message}; nothing is turned over, trying again in ${formatDuration(pause)}`;
		log.write("error", "delivery failed", { ...error.facts, ...error.rows, msg, code: error.code });
	}

	#sayRendered(book: Book, changedFiles: number): void {
		const files = book.files.map(({ destination }) => destination);
		const line = renderedLine(this.#current, { files, changedFiles, secrets: this.#deps.describe() });
		this.#deps.log.write("info", "rendered", line);
	}
}
