import { AgentError } from "../kernel/mod.ts";
import { type Change, clockFor, type Entry, leaseDueAt, unread } from "./entry.ts";
import { type Found, justRead } from "./found.ts";
import { type Resumable, resumed } from "./handed-secret.ts";
import { type LeaseCalls, refusalOf } from "./lease-calls.ts";
import { type Lease, renewed, withoutRenewal } from "./lease.ts";
import { asksForPrevious, currentOf, isStillPrevious, previousOf } from "./previous.ts";
import { requestKey, type SecretRequest } from "./request.ts";
import { type LeaseEvent, RetiredLeases } from "./retired-leases.ts";
import type { Pace, Rounds } from "./rounds.ts";
import { Schedule, type ScheduleDeps } from "./schedule.ts";
import { type Finding, isOlder, isSameFinding } from "./view.ts";

export interface KeeperDeps extends ScheduleDeps {
	/** Reads one request; throws AgentError. */
	readonly read: (request: SecretRequest, signal: AbortSignal) => Promise<Finding>;
	/** What was left of a request by an agent before this one, asked before its first read; throws AgentError. */
	readonly handed?: (request: SecretRequest, signal: AbortSignal) => Promise<Resumable | undefined>;
	readonly leases: LeaseCalls;
	/** Told of everything that is read, before anybody else sees it. */
	readonly found?: (key: string, finding: Finding) => void;
	/** Told of what is no longer asked for. */
	readonly dropped?: (key: string) => void;
	/** Told what happens to leases. */
	readonly onLease?: (event: LeaseEvent) => void;
}

/** Keeps single entries: does about one what is due. */
export class Keeper {
	readonly retired: RetiredLeases;
	readonly #deps: KeeperDeps;
	readonly #schedule: Schedule;
	readonly #entries = new Map<string, Entry>();
	readonly #working = new Map<string, Promise<Change | undefined>>();
	/** Keys of what another server has answered. */
	readonly #foreign = new Set<string>();
	#movedAt = Number.NEGATIVE_INFINITY;

	constructor(deps: KeeperDeps, rounds: Rounds) {
		this.#deps = deps;
		this.#schedule = new Schedule(deps, rounds);
		this.retired = new RetiredLeases({ ...deps, onLease: (event) => deps.onLease?.(event) });
	}

	get all(): readonly Entry[] {
		return [...this.#entries.values()];
	}

	get(key: string): Entry | undefined {
		return this.#entries.get(key);
	}

	add(request: SecretRequest): void {
		const entry = unread(request);
		if (!this.#entries.has(entry.key)) this.#entries.set(entry.key, entry);
	}

	/** Its lease is kept alive until it is let go. */
	drop({ key, lease }: Entry): void {
		this.#entries.delete(key);
		this.#foreign.delete(key);
		if (lease !== undefined) this.retired.add(lease);
	}

	pace(paces: ReadonlyMap<string, Pace>): void {
		this.#schedule.paces = paces;
		for (const entry of this.all) {
			const isPlanned = entry.finding !== undefined && entry.attempts === 0;
			if (isPlanned) this.#replace(entry, { dueAt: this.#schedule.plannedAt(entry) });
		}
	}

	/** Another server answers from now on: its versions say nothing about those of the one before. */
	moved(): void {
		this.#movedAt = this.#deps.clock.now();
		for (const key of this.#entries.keys()) this.#foreign.add(key);
	}

	/** When something has to be done about an entry; never while that is being done. */
	dueAt(entry: Entry): number {
		return this.isWorking(entry) ? Number.POSITIVE_INFINITY : this.#schedule.dueAt(entry);
	}

	/** Whether something is being done about an entry. */
	isWorking({ key }: Entry): boolean {
		return this.#working.has(key);
	}

	/** One request at a time for one entry: who asks meanwhile gets the same answer. */
	advance(key: string, signal: AbortSignal): Promise<Change | undefined> {
		const entry = this.#entries.get(key);
		if (entry === undefined) return Promise.resolve(undefined);
		const working =
			this.#working.get(key) ?? this.#advance(entry, signal).finally(() => this.#working.delete(key));
		this.#working.set(key, working);
		return working;
	}

	async #advance(entry: Entry, signal: AbortSignal): Promise<Change | undefined> {
		const { lease } = entry;
		const mayRenew = lease?.renewable === true && entry.clock === "lease";
		return mayRenew && !this.#schedule.isEnding(entry, lease)
			? await this.#renew(entry, lease, signal)
			: await this.#read(entry, signal);
	}

	async #renew(entry: Entry, lease: Lease, signal: AbortSignal): Promise<Change | undefined> {
		const { leases, clock, random, onLease } = this.#deps;
		const moment = { now: clock.now(), random };
		try {
			const next = renewed(lease, await leases.renew(lease, signal), moment);
			onLease?.({ kind: "renewed", lease: next });
			this.#relet(entry, next);
			return undefined;
		} catch (error) {
			if (signal.aborted || !(error instanceof AgentError)) throw error;
			const refusal = refusalOf(error);
			if (refusal === "gone") {
				onLease?.({ kind: "gone", lease });
				return await this.#read({ ...entry, lease: undefined }, signal);
			}
			if (refusal === "not-renewable") {
				const last = withoutRenewal(lease, moment);
				onLease?.({ kind: "not renewed", lease: last, error });
				this.#relet(entry, last);
				return undefined;
			}
			// Renewals fail where reads may work, and time is running out.
			if (lease.replaceAt <= clock.now()) return await this.#read(entry, signal);
			const dueAt = Math.min(this.#schedule.retryAt(entry, error), lease.replaceAt);
			this.#replace(entry, { error, attempts: entry.attempts + 1, dueAt });
			return undefined;
		}
	}

	#relet(entry: Entry, lease: Lease): void {
		const next = { ...entry, lease, error: undefined, attempts: 0, ownDueAt: leaseDueAt(lease) };
		this.#replace(next, { dueAt: this.#schedule.plannedAt(next) });
	}

	async #read(entry: Entry, signal: AbortSignal): Promise<Change | undefined> {
		try {
			const read = (await this.#handed(entry, signal)) ?? (await this.#ask(entry.request, signal));
			this.#deps.found?.(entry.key, read.finding);
			return this.#accept(entry, read);
		} catch (error) {
			if (signal.aborted || !(error instanceof AgentError)) throw error;
			const isStale =
				asksForPrevious(entry.request) && !isStillPrevious(entry.finding, this.#currentOf(entry.request));
			this.#replace(entry, {
				error,
				attempts: entry.attempts + 1,
				dueAt: this.#schedule.retryAt(entry, error),
				...(isStale && { finding: undefined }),
			});
			return undefined;
		}
	}

	async #handed({ request, finding }: Entry, signal: AbortSignal): Promise<Found | undefined> {
		if (finding !== undefined) return undefined;
		const handed = await this.#deps.handed?.(request, signal);
		const { clock, random } = this.#deps;
		return handed && resumed(handed, { now: clock.now(), random });
	}

	async #ask(request: SecretRequest, signal: AbortSignal): Promise<Found> {
		const readAt = this.#deps.clock.now();
		return justRead(await this.#find(request, signal), readAt, this.#deps.random);
	}

	async #find(request: SecretRequest, signal: AbortSignal): Promise<Finding> {
		if (!asksForPrevious(request)) return await this.#deps.read(request, signal);
		const wanted = previousOf(this.#currentOf(request));
		return typeof wanted === "number"
			? await this.#deps.read({ ...request, version: wanted }, signal)
			: wanted;
	}

	#accept(entry: Entry, { finding, readAt, lease }: Found): Change | undefined {
		const { finding: held, request, key } = entry;
		const { clock, random } = this.#deps;
		if (held !== undefined && !this.#foreign.has(key) && isOlder(finding, held)) {
			// A replica that lags behind: what we hold is newer. Asked again soon, without a fuss.
			const dueAt = this.#schedule.againAt(entry);
			this.#replace(entry, { attempts: entry.attempts + 1, dueAt });
			return undefined;
		}
		if (readAt >= this.#movedAt) this.#foreign.delete(key);
		const isSame = held !== undefined && isSameFinding(held, finding);
		const date = clock.date() - (clock.now() - readAt);
		const own = clockFor({ request, finding, lease }, { readAt, date, random });
		// What says the same stays as it was: a `ttl` that counts down is no reason to write a file anew.
		const next = { ...entry, ...own, finding: isSame ? held : finding, lease, readAt };
		this.#replace(next, { error: undefined, attempts: 0, dueAt: this.#schedule.plannedAt(next) });
		if (!this.#entries.has(key)) {
			// Nobody asks for it any more, and nobody has seen it.
			if (lease !== undefined) this.retired.add(lease);
			return undefined;
		}
		if (entry.lease !== undefined && entry.lease.id !== lease?.id) this.retired.add(entry.lease);
		return isSame ? undefined : { key, request, before: held, after: finding };
	}

	#currentOf(request: SecretRequest): Entry | undefined {
		return this.#entries.get(requestKey(currentOf(request)));
	}

	#replace(entry: Entry, next: Partial<Entry>): void {
		if (this.#entries.has(entry.key)) this.#entries.set(entry.key, { ...entry, ...next });
	}
}
