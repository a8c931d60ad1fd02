import { type Change, type Entry, isAway, isStatic } from "./entry.ts";
import type { JsonValue, Secret } from "../kernel/mod.ts";
import { handedData, type Handing } from "./handed-secret.ts";
import { Keeper, type KeeperDeps } from "./keeper.ts";
import { LateReads } from "./late-reads.ts";
import type { Lease } from "./lease.ts";
import { asksForPrevious, currentOf } from "./previous.ts";
import { requestKey, type SecretRequest } from "./request.ts";
import { type Pace, Rounds, tightest } from "./rounds.ts";

/** How often the static paths are read until two rounds agree; beyond it the last round is taken. */
const MOST_ROUNDS = 10;

/** Rounds that follow each other at once; after them the pause doubles, for a writer that is still at work. */
const QUICK_ROUNDS = 3;
const FIRST_PAUSE_MS = 50;

/** So often a path that has only just failed is tried again before what was written together with it goes without. */
const MOST_FRESH_TRIES = 3;
const FRESH_PAUSE_MS = 250;

/** Every secret that the config needs: read once, watched, read again together. */
export class SecretStore {
	readonly #deps: KeeperDeps;
	readonly #rounds: Rounds;
	readonly #keeper: Keeper;
	readonly #late: LateReads;
	/** Those for which Vault was away when {@link poll} ended the last time. */
	#wereAway: readonly Entry[] = [];

	constructor(deps: KeeperDeps) {
		this.#deps = deps;
		this.#late = new LateReads(deps.clock);
		this.#rounds = new Rounds(deps.random);
		this.#keeper = new Keeper(deps, this.#rounds);
	}

	entry(key: string): Entry | undefined {
		return this.#keeper.get(key);
	}

	entries(): readonly Entry[] {
		return this.#keeper.all;
	}

	/** Leases that have been replaced, or are no longer asked for, and are kept alive until they are let go. */
	get retired(): readonly Lease[] {
		return this.#keeper.retired.undecided;
	}

	/** Nobody uses a retired lease any more: {@link poll} revokes it after so many milliseconds. */
	release(id: string, graceMs = 0): void {
		this.#keeper.retired.release(id, graceMs);
	}

	/** Who uses a retired lease will not be told of the next one: it runs out by itself. */
	abandon(id: string): void {
		this.#keeper.retired.abandon(id);
	}

	/** Reads, side by side, those of the requests that are not held and are due. Failures stay in their entries. */
	async ensure(requests: Iterable<SecretRequest>, signal: AbortSignal): Promise<void> {
		const all = [...requests].flatMap((one) => (asksForPrevious(one) ? [currentOf(one), one] : [one]));
		for (const request of all) this.#keeper.add(request);
		const keys = new Set(all.map(requestKey));
		const now = this.#deps.clock.now();
		this.#rounds.begin(now);
		const isWanted = ({ key, finding, dueAt }: Entry) =>
			keys.has(key) && finding === undefined && dueAt <= now;
		await this.#readAll(isWanted, signal);
	}

	/** Whether a lease lives by this token: revoked, it would take the lease along. */
	needs(token: Secret): boolean {
		return this.entries().some(({ lease }) => lease?.holder === token) || this.#keeper.retired.needs(token);
	}

	/** Gives every lease back to Vault, at the end. Throws the abort alone. */
	async giveBack(signal: AbortSignal): Promise<void> {
		const own = this.entries().flatMap(({ lease }) => lease ?? []);
		await this.#keeper.retired.giveBack(own, signal);
	}

	/** What the next agent would have made anew if it asked: as JSON carries it, with the leases of this token. */
	legacy(handing: Handing): readonly JsonValue[] {
		return this.entries().flatMap((entry) => handedData(entry, handing) ?? []);
	}

	/** How often which requests are made from now on: by their keys, all the paces that are asked for. */
	pace(paces: ReadonlyMap<string, readonly Pace[]>): void {
		const asked = new Map(paces);
		for (const { key, request } of this.entries().filter((entry) => asksForPrevious(entry.request))) {
			const current = requestKey(currentOf(request));
			asked.set(current, [...(asked.get(current) ?? []), ...(asked.get(key) ?? [])]);
		}
		const { pollIntervalMs } = this.#deps;
		this.#keeper.pace(new Map([...asked].map(([key, all]) => [key, tightest(all, pollIntervalMs)])));
	}

	/** Another server answers from now on. What was read stands until it has been read there. */
	moved(): void {
		this.#keeper.moved();
	}

	/** Forgets what no template asks for any more. */
	retain(keys: ReadonlySet<string>): void {
		const needed = new Set(keys);
		for (const { key, request } of this.entries()) {
			if (keys.has(key) && asksForPrevious(request)) needed.add(requestKey(currentOf(request)));
		}
		for (const entry of this.entries()) {
			if (needed.has(entry.key)) continue;
			this.#keeper.drop(entry);
			this.#deps.dropped?.(entry.key);
		}
	}

	/** Resolves when a read has ended for which {@link poll} did not wait: something is due. For one who waits. */
	arrival(): Promise<void> {
		return this.#late.arrival();
	}

	/** Milliseconds until something is due; infinite when nothing ever is. */
	untilDue(): number {
		if (this.#late.isThere) return 0;
		const times = this.entries().map((entry) => this.#keeper.dueAt(entry));
		const next = Math.min(this.#keeper.retired.dueAt, this.#lookAt, ...times);
		return Math.max(0, next - this.#deps.clock.now());
	}

	/**
	 * Does what is due: reads, and what leases need; see {@link #settle} for what follows a change. Tries of what has
	 * failed before are not waited for when they take their time.
	 */
	async poll(signal: AbortSignal): Promise<readonly Change[]> {
		const now = this.#deps.clock.now();
		this.#rounds.begin(now);
		if (this.#lookAt <= now) await this.#deps.leases.look(signal);
		this.#keeper.retired.advance(signal);
		const before = this.entries();
		const changes = [
			...this.#late.take(),
			...(await this.#tryAll((entry) => this.#keeper.dueAt(entry) <= now, signal)),
			...(await this.#catchUp(before, signal)),
		];
		this.#wereAway = this.entries().filter(isAway);
		return await this.#settle(changes, signal);
	}

	/**
	 * Reads every path now, whatever its clock says: somebody asked, and may have mended what failed. What makes
	 * something new whenever it is asked for is left to its own clock, unless it has failed. A lease is renewed, which
	 * makes nothing new, and tells of one that was revoked.
	 */
	async readAllAtOnce(signal: AbortSignal): Promise<readonly Change[]> {
		this.#rounds.restart(this.#deps.clock.now());
		const isWanted = (entry: Entry) =>
			isStatic(entry) ||
			entry.error !== undefined ||
			(entry.clock === "lease" && entry.lease?.renewable === true) ||
			(entry.clock === "pinned" && entry.request.parameters === undefined);
		return await this.#settle(await this.#tryAll(isWanted, signal), signal);
	}

	/** While there are leases it has to be known which token is in use. */
	get #lookAt(): number {
		return this.entries().some(({ lease }) => lease !== undefined)
			? this.#deps.leases.lookAt
			: Number.POSITIVE_INFINITY;
	}

	/**
	 * Secrets that are written together must be delivered together. When one path has changed all are read until
	 * a whole round brings nothing new: two equal rounds prove that all held at one moment (a double collect).
	 * A single path is of one moment by itself.
	 */
	async #settle(first: readonly Change[], signal: AbortSignal): Promise<readonly Change[]> {
		const changes = new Map(first.map((change) => [change.key, change]));
		const isStaticKey = (key: string) => {
			const entry = this.entry(key);
			return entry !== undefined && isStatic(entry);
		};
		if (!first.some(({ key }) => isStaticKey(key))) return first;
		const isFresh = (entry: Entry) =>
			isAway(entry) && entry.attempts <= MOST_FRESH_TRIES && !this.#keeper.isWorking(entry);
		const isWanted = (entry: Entry) =>
			isStatic(entry) && (entry.error === undefined || isFresh(entry) || asksForPrevious(entry.request));
		for (let round = 1; round < MOST_ROUNDS && this.entries().filter(isWanted).length > 1; round++) {
			const pauseMs = pauseBefore(round, this.entries().some(isFresh));
			if (pauseMs > 0) await this.#deps.clock.sleep(pauseMs, signal);
			const more = await this.#tryAll(isWanted, signal);
			for (const change of more) {
				changes.set(change.key, { ...change, before: changes.get(change.key)?.before ?? change.before });
			}
			if (more.length === 0 && !this.entries().some((entry) => isStatic(entry) && isFresh(entry))) break;
		}
		return [...changes.values()];
	}

	/** Reads them, where those that have failed before hold the others up for a moment at most. */
	async #tryAll(isWanted: (entry: Entry) => boolean, signal: AbortSignal): Promise<readonly Change[]> {
		const failing = new Set(this.entries().filter((entry) => entry.error !== undefined && isWanted(entry)));
		const tryAgain = async () =>
			await this.#late.patiently(
				this.#readAll((entry) => failing.has(entry), signal),
				signal,
			);
		const [again, changes] = await Promise.all([
			failing.size === 0 ? [] : tryAgain(),
			this.#readAll((entry) => entry.error === undefined && isWanted(entry), signal),
		]);
		return [...changes, ...again];
	}

	/** When Vault is back for one that it was away for, the others need not wait out their pauses. */
	async #catchUp(before: readonly Entry[], signal: AbortSignal): Promise<readonly Change[]> {
		const wereAway = [...this.#wereAway, ...before.filter(isAway)];
		const isBack = wereAway.some(({ key }) => {
			const entry = this.entry(key);
			return entry !== undefined && entry.error === undefined;
		});
		if (!isBack) return [];
		const untried = new Set(before.filter((entry) => isAway(entry) && !this.#keeper.isWorking(entry)));
		return await this.#tryAll((entry) => untried.has(entry), signal);
	}

	/** The current versions come first: they tell which the versions before them are. */
	async #readAll(isWanted: (entry: Entry) => boolean, signal: AbortSignal): Promise<Change[]> {
		const wanted = this.entries().filter(isWanted);
		const changes: (Change | undefined)[] = [];
		for (const isSecond of [false, true]) {
			const wave = wanted.filter(({ request }) => asksForPrevious(request) === isSecond);
			changes.push(...(await Promise.all(wave.map(({ key }) => this.#keeper.advance(key, signal)))));
		}
		return changes.filter((change) => change !== undefined);
	}
}

/** Milliseconds. @param hasFailed whether a path is tried again that has failed a moment ago */
function pauseBefore(round: number, hasFailed: boolean): number {
	if (hasFailed) return round === 1 ? 0 : FRESH_PAUSE_MS;
	return round < QUICK_ROUNDS ? 0 : FIRST_PAUSE_MS * 2 ** (round - QUICK_ROUNDS);
}
