import { AgentError } from "../kernel/mod.ts";
import type { PublisherDeps } from "./agent-deps.ts";
import type { Book } from "./book.ts";
import { DeliveryRetry } from "./delivery-retry.ts";
import { changedVariables, type Difference, type Generation, isNewFor, renderedLine } from "./generation.ts";
import { type ChildSide, childSide } from "./child-side.ts";
import { FilesOnDisk } from "./files-on-disk.ts";
import type { ChildTerms } from "./ports.ts";
import { Rejection } from "./rejection.ts";
import { type FileUnit, type Plan, replacesChild } from "./spec.ts";
import { TurnOver } from "./turn-over.ts";

/** Makes generations current: files first, then everybody who has to know. Owns the generation's number. */
export class Publisher {
	readonly #deps: PublisherDeps;
	readonly #turnOver: TurnOver;
	readonly #files: FilesOnDisk;
	readonly #child: ChildSide | undefined;
	readonly #rejection = new Rejection();
	readonly #retry: DeliveryRetry;
	/** What the child could not live with is to be tried again, though nothing is new. */
	#isAskedAgain = false;
	#terms: ChildTerms | undefined;
	#current: Generation = { number: 0, orders: [], variables: new Map(), terms: undefined };

	constructor(deps: PublisherDeps) {
		this.#deps = deps;
		this.#retry = new DeliveryRetry(deps);
		this.#files = new FilesOnDisk(deps.delivery);
		this.#terms = deps.child?.terms;
		const { child, notices, clock, random, log, counters, trail, leases, wake } = deps;
		const [files, rejection, current] = [this.#files, this.#rejection, () => this.#current];
		this.#child =
			child && childSide(child, { files, rejection, current, log, trail, leases, counters, wake });
		this.#turnOver = new TurnOver({
			notices,
			clock,
			random,
			log,
			...(counters && { counters }),
			settled: (paths) => this.#settled(paths),
			told: (action, paths) => trail.told(action, paths),
			splayMs: () => this.#terms?.splayMs ?? 0,
			...(this.#child && { child: this.#child.turn }),
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

	/** Whether a child has been started. */
	get hasChild(): boolean {
		return this.#child !== undefined && !this.#turnOver.awaitsChild;
	}

	/** Whether the last delivery has succeeded. */
	get isDelivered(): boolean {
		return this.#retry.standing.deliveryFailure === undefined;
	}

	/** Why the last notification that is still due has failed. */
	get lastFailure(): AgentError | undefined {
		return this.#turnOver.lastFailure;
	}

	/** What a status report says of deliveries. */
	get standing() {
		const { number: generation } = this.#current;
		const { standing: rejection } = this.#rejection;
		const unservedVariables = this.#child?.turn.unservedVariables ?? new Set<string>();
		const notifications = this.#turnOver.standing;
		return { generation, ...rejection, unservedVariables, ...this.#retry.standing, notifications };
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
	 * The first generation: what there is stands on disk before anybody is told.
	 *
	 * @throws AgentError when something cannot be delivered
	 */
	async start(book: Book): Promise<void> {
		const changed = await this.#deliverFirst(book);
		const [orders, variables, terms] = [book.orders(), book.variables(), this.#terms];
		this.#current = { number: 1, orders, variables, terms };
		this.#retry.delivered();
		this.#noteLeases(book, [], false);
		this.#sayRendered();
		this.#turnOver.note(book.filesWith(changed), false);
	}

	/**
	 * Everything stands: the child starts, where there is one and it has not been started yet.
	 *
	 * @throws AgentError when it cannot be started; the signal's reason when aborted before
	 */
	async startChild(signal: AbortSignal): Promise<void> {
		if (this.#child === undefined || !this.#turnOver.awaitsChild) return;
		signal.throwIfAborted(); // whoever ended the agent knew of no child to end
		await this.#child.turn.start();
		await this.#turnOver.childStarted();
	}

	/**
	 * The config was read anew: from the next {@link publish} on, this is how things are delivered and run.
	 *
	 * @param plan without terms: the child is run as before
	 */
	async adopt({ delivery, childTerms, isForNextChild }: Plan, book: Book): Promise<void> {
		const terms = childTerms ?? this.#terms;
		this.#files.adopt(delivery);
		const isUnused = isForNextChild === true || this.#turnOver.awaitsChild;
		if (isUnused && this.#current.terms === this.#terms) this.#current = { ...this.#current, terms };
		this.#terms = terms;
		try {
			await this.#files.sweep(book.files.map((file) => file.destination));
		} catch (error) {
			this.#warn("delivery failed", error, "; what a run that died has left there stays");
		}
	}

	/** Delivers what the book says now, if it differs. A failure is logged and tried again. */
	async publish(book: Book): Promise<void> {
		const next = { orders: book.orders(), variables: book.variables(), terms: this.#terms };
		const names = changedVariables(this.#current.variables, next.variables);
		const isServed = names.size > 0 && !this.#terms?.keepsVariables;
		const replaces = isServed || next.terms !== this.#current.terms || this.#isAskedAgain;
		const variablesChanged = replaces && !this.#turnOver.awaitsChild;
		if (variablesChanged || next.orders.some((order) => isNewFor(this.#current, order)))
			this.#rejection.forgetFiles();
		try {
			await this.#files.alone(async () => {
				const wanted = next.orders.filter((order) => !this.#rejection.has(order));
				const changed = await this.#files.deliver(wanted);
				this.#retry.succeeded();
				this.#isAskedAgain = false;
				if (wanted.length === next.orders.length) this.#child?.files.areNewest();
				const files = book.filesWith(changed);
				const isNew = files.length > 0 || names.size > 0 || variablesChanged;
				if (isNew) this.#current = { number: this.#current.number + 1, ...next };
				this.#noteLeases(book, files, variablesChanged);
				if (isNew) this.#announce(book, { files, changed, names, variablesChanged });
				else this.#deps.trail.unchanged((key) => book.usersOf(key));
			});
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			this.#retry.failed(error);
		}
	}

	/** Somebody asked: what was rejected is worth another try, from the next {@link publish} on. */
	forgetRejection(): void {
		if (this.#rejection.lift()) this.#isAskedAgain = true;
	}

	/** Closes what is over: leases that nobody lives by any more, and changes that everybody knows of. */
	closeUp(): void {
		this.#deps.leases.settle(this.isSettled);
		if (this.isSettled) this.#deps.trail.settled();
	}

	/** Tells whoever has to know and has not been told yet. */
	async notify(signal: AbortSignal): Promise<void> {
		await this.#turnOver.run(signal);
	}

	/** A new generation stands: noted are what has changed with it, and who has to be told. */
	#announce(book: Book, { files, changed, names, variablesChanged }: Difference): void {
		this.#retry.delivered();
		this.#sayRendered(changed.size);
		this.#turnOver.note(files, variablesChanged);
		const variables = book.ofVariables(names);
		this.#deps.trail.delivered(
			{
				generation: this.#current.number,
				changed: [...files, ...variables],
				restarts: variablesChanged || files.some(({ onChange }) => onChange.some(replacesChild)),
			},
			(key) => book.usersOf(key),
		);
	}

	async #deliverFirst(book: Book): Promise<ReadonlySet<string>> {
		const port = await this.#child?.files.choosePort();
		return await this.#files.alone(async () => {
			const orders = book.orders();
			// Of files beside the destinations nobody has known before.
			await this.#files.sweep(
				orders.flatMap(({ path, destination }) => (path === destination ? [] : [path])),
			);
			return await this.#files.deliver(orders, port);
		});
	}

	/** Something is done that the change of these files asked for: unless more is due, their notices are cleared. */
	async #settled(paths: readonly string[]): Promise<void> {
		try {
			await this.#files.alone(async () => {
				const settled = new Set(paths.filter((path) => !this.#turnOver.isDue(path)));
				const beside = this.#current.orders.filter(({ destination }) => settled.has(destination));
				await this.#files.settled([...new Set([...settled, ...beside.map(({ path }) => path)])]);
			});
		} catch (error) {
			// It has happened; at worst it happens once more after a restart of the agent.
			this.#warn("notification failed", error);
		}
	}

	/** Of a fault that ends nothing. */
	#warn(event: string, error: unknown, rest = ""): void {
		if (!(error instanceof AgentError)) throw error;
		const { message, code, facts, rows } = error;
		this.#deps.log.write("warn", event, { ...facts, ...rows, msg: `${message}${rest}`, code });
	}

	#noteLeases(book: Book, files: readonly FileUnit[], variablesChanged: boolean): void {
		const { number: generation } = this.#current;
		this.#deps.leases.delivered({ generation, uses: book.leaseUses(), files, variablesChanged });
	}

	#sayRendered(changedFiles?: number): void {
		const line = renderedLine(this.#current, { changedFiles, secrets: this.#deps.describe() });
		this.#deps.log.write("info", "rendered", line);
	}
}
