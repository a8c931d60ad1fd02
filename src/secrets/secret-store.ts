import { AgentError, type BackoffLimits, backoffDelay, type Clock } from "../kernel/mod.ts";
import { VaultError } from "../vault/mod.ts";
import { requestKey, type SecretRequest } from "./request.ts";
import { type Finding, isOlder, isSameFinding } from "./view.ts";

export interface SecretStoreDeps {
	/** Reads one request; throws AgentError. */
	readonly read: (request: SecretRequest, signal: AbortSignal) => Promise<Finding>;
	readonly clock: Clock;
	readonly random: () => number;
	/** Time between two reads of a secret without a lease, in milliseconds. */
	readonly pollIntervalMs: number;
}

/** One watched request. `error` is the last failure, while `finding` stays what was last read. */
export interface Entry {
	readonly request: SecretRequest;
	readonly key: string;
	readonly finding: Finding | undefined;
	readonly error: AgentError | undefined;
	/** When it is read next, in milliseconds since the epoch; never for a pinned version that is held. */
	readonly dueAt: number;
	readonly attempts: number;
}

/** A path whose content is another than before. */
export interface Change {
	readonly key: string;
	readonly before: Finding | undefined;
	readonly after: Finding;
}

/** Pauses of one path after failed reads; one path's failure costs no request on another. */
const PATH_BACKOFF: BackoffLimits = { minMs: 250, maxMs: 60_000 };

/** Jitter of the poll interval to either side, so that a fleet spreads out. */
const JITTER = 0.1;

/** How often the static paths are read until two rounds agree; beyond it the last round is taken. */
const MOST_ROUNDS = 10;

/** Rounds that follow each other at once; after them the pause doubles, for a writer that is still at work. */
const QUICK_ROUNDS = 3;
const FIRST_PAUSE_MS = 50;

/** Every secret that the config needs: read once, watched, read again together. */
export class SecretStore {
	readonly #deps: SecretStoreDeps;
	readonly #entries = new Map<string, Entry>();
	readonly #reading = new Map<string, Promise<Change | undefined>>();
	/** Shared by all paths that are in order, so that they stay in step and are read side by side. */
	#nextRound = 0;

	constructor(deps: SecretStoreDeps) {
		this.#deps = deps;
	}

	entry(key: string): Entry | undefined {
		return this.#entries.get(key);
	}

	entries(): readonly Entry[] {
		return [...this.#entries.values()];
	}

	/** Reads, side by side, those of the requests that are not held and are due. Failures stay in their entries. */
	async ensure(requests: Iterable<SecretRequest>, signal: AbortSignal): Promise<void> {
		for (const request of requests) {
			const key = requestKey(request);
			if (this.#entries.has(key)) continue;
			const fresh = { request, key, finding: undefined, error: undefined, dueAt: 0, attempts: 0 };
			this.#entries.set(key, fresh);
		}
		const now = this.#deps.clock.now();
		if (this.#nextRound <= now) this.#planRound(now);
		await this.#readAll((entry) => entry.finding === undefined && entry.dueAt <= now, signal);
	}

	/** Forgets what no template asks for any more. */
	retain(keys: ReadonlySet<string>): void {
		for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
	}

	/** Milliseconds until something is due; infinite when nothing ever is. */
	untilDue(): number {
		const next = Math.min(Number.POSITIVE_INFINITY, ...this.entries().map((entry) => entry.dueAt));
		return Math.max(0, next - this.#deps.clock.now());
	}

	/** Reads what is due; see {@link readAllAtOnce} for what follows a change. */
	async poll(signal: AbortSignal): Promise<readonly Change[]> {
		const now = this.#deps.clock.now();
		// A path that comes back on its own clock falls in step with the others again.
		if (this.#nextRound <= now) this.#planRound(now);
		const changes = await this.#readAll((entry) => entry.dueAt <= now, signal);
		return changes.length > 0 ? this.#settle(changes, signal) : changes;
	}

	/** Reads every path now, whatever its clock says: somebody asked, and may have mended what failed. */
	async readAllAtOnce(signal: AbortSignal): Promise<readonly Change[]> {
		this.#planRound(this.#deps.clock.now());
		const changes = await this.#readAll(() => true, signal);
		return changes.length > 0 ? this.#settle(changes, signal) : changes;
	}

	/**
	 * Secrets that are written together must be delivered together. When one path has changed all are read until
	 * a whole round brings nothing new: two equal rounds prove that all held at one moment (a double collect).
	 * A single path is of one moment by itself.
	 */
	async #settle(first: readonly Change[], signal: AbortSignal): Promise<readonly Change[]> {
		const changes = new Map(first.map((change) => [change.key, change]));
		const isStatic = (entry: Entry) => entry.request.version === undefined && entry.error === undefined;
		for (let round = 1; round < MOST_ROUNDS && this.entries().filter(isStatic).length > 1; round++) {
			if (round >= QUICK_ROUNDS)
				await this.#deps.clock.sleep(FIRST_PAUSE_MS * 2 ** (round - QUICK_ROUNDS), signal);
			const more = await this.#readAll(isStatic, signal);
			for (const change of more) {
				changes.set(change.key, { ...change, before: changes.get(change.key)?.before ?? change.before });
			}
			if (more.length === 0) break;
		}
		return [...changes.values()];
	}

	async #readAll(isWanted: (entry: Entry) => boolean, signal: AbortSignal): Promise<Change[]> {
		const reads = this.entries()
			.filter(isWanted)
			.map((entry) => this.#readOne(entry, signal));
		const changes = await Promise.all(reads);
		return changes.filter((change) => change !== undefined);
	}

	/** One request at a time for one path: who asks meanwhile gets the same answer. */
	#readOne(entry: Entry, signal: AbortSignal): Promise<Change | undefined> {
		const reading =
			this.#reading.get(entry.key) ??
			this.#read(entry, signal).finally(() => this.#reading.delete(entry.key));
		this.#reading.set(entry.key, reading);
		return reading;
	}

	async #read(entry: Entry, signal: AbortSignal): Promise<Change | undefined> {
		try {
			const finding = await this.#deps.read(entry.request, signal);
			return this.#accept(entry, finding);
		} catch (error) {
			if (signal.aborted || !(error instanceof AgentError)) throw error;
			this.#replace(entry, { error, attempts: entry.attempts + 1, dueAt: this.#retryAt(entry, error) });
			return undefined;
		}
	}

	#accept(entry: Entry, finding: Finding): Change | undefined {
		const held = entry.finding;
		if (held !== undefined && isOlder(finding, held)) {
			// A replica that lags behind: what we hold is newer. Asked again soon, without a fuss.
			const dueAt = this.#deps.clock.now() + backoffDelay(entry.attempts, PATH_BACKOFF, this.#deps.random);
			this.#replace(entry, { attempts: entry.attempts + 1, dueAt });
			return undefined;
		}
		const isPinned = entry.request.version !== undefined && finding.kind === "present";
		const dueAt = isPinned ? Number.POSITIVE_INFINITY : this.#nextRound;
		this.#replace(entry, { finding, error: undefined, attempts: 0, dueAt });
		if (held !== undefined && isSameFinding(held, finding)) return undefined;
		return { key: entry.key, before: held, after: finding };
	}

	#retryAt(entry: Entry, error: AgentError): number {
		// Each further read would make one more credential that nobody revokes.
		if (error.code === "E_LEASE_UNSUPPORTED") return Number.POSITIVE_INFINITY;
		const pause = backoffDelay(entry.attempts, PATH_BACKOFF, this.#deps.random);
		const asked = error instanceof VaultError ? (error.retryAfterMs ?? 0) : 0;
		return this.#deps.clock.now() + Math.max(pause, asked);
	}

	#replace(entry: Entry, next: Partial<Entry>): void {
		if (this.#entries.has(entry.key)) this.#entries.set(entry.key, { ...entry, ...next });
	}

	#planRound(now: number): void {
		const jitter = 1 + JITTER * (2 * this.#deps.random() - 1);
		this.#nextRound = now + Math.round(this.#deps.pollIntervalMs * jitter);
	}
}
