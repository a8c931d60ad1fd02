import {
	AgentError,
	type BackoffLimits,
	backoffDelay,
	formatDuration,
	type Log,
	type ProgramClock,
} from "../kernel/mod.ts";

export interface ClockWatchDeps {
	readonly clock: ProgramClock;
	readonly random: () => number;
	readonly log: Log;
	/** Has Vault answer something, so that its time is {@link ClockWatch.heard}. @throws AgentError when there is no answer */
	readonly ask: (signal: AbortSignal) => Promise<unknown>;
}

/** How often the clocks are compared. */
const LOOK_EVERY_MS = 10_000;

/** Clocks that part by less are only read one after the other, rounded to seconds, or corrected little by little. */
const NOTICEABLE_MS = 5000;

/** Vault tells whole seconds. */
const RESOLUTION_MS = 1000;

/** Pauses before Vault is asked again. */
const ASK_BACKOFF: BackoffLimits = { minMs: 1000, maxMs: 60_000 };

/**
 * Notices what steady time does not tell: that the wall clock was set, that the machine was suspended, that the process
 * was stopped.
 *
 * A wall clock that leaps ahead looks alike in the first two cases, and they ask for opposite things: nothing, or that
 * everything is older than it seems. Vault's clock is the third witness, and the one by which tokens and leases end:
 * where it has leapt along, steady time catches up, and all that has come due meanwhile is done at once.
 */
export class ClockWatch {
	readonly #deps: ClockWatchDeps;
	/** The wall clock beyond steady time when they were last compared. */
	#wall: number;
	/** Vault's clock beyond steady time, without a leap that the wall clock has not confirmed. */
	#vault: number | undefined;
	/** How far the wall clock has leapt ahead for a reason that is still to be found. */
	#leap = 0;
	#lookedAt: number;

	constructor(deps: ClockWatchDeps) {
		this.#deps = deps;
		this.#wall = deps.clock.date() - deps.clock.now();
		this.#lookedAt = deps.clock.now();
	}

	/** Vault has answered, at this time by its own clock. */
	heard(serverTime: number): void {
		this.#compare();
		const vault = serverTime - this.#deps.clock.now();
		const grown = vault - (this.#vault ?? vault);
		if (grown < NOTICEABLE_MS) this.#vault = vault;
		else if (this.#leap > 0) this.#catchUp(Math.min(this.#leap, grown + RESOLUTION_MS));
	}

	/** Watches, until aborted. */
	async run(signal: AbortSignal): Promise<void> {
		const { clock } = this.#deps;
		this.#lookedAt = clock.now();
		while (!signal.aborted) {
			await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
			if (signal.aborted) return;
			this.#noteStop();
			this.#compare();
			await this.#findOut(signal);
			this.#lookedAt = clock.now();
		}
	}

	/** Steady time has passed, so that everything is due when it is; people want to know why it came late. */
	#noteStop(): void {
		const { clock, log } = this.#deps;
		const lateMs = clock.now() - this.#lookedAt - LOOK_EVERY_MS;
		if (lateMs < NOTICEABLE_MS) return;
		log.write("warn", "clock", {
			msg: `nothing could be done for ${formatDuration(lateMs)}: the process was stopped, or starved`,
			stopped_seconds: lateMs / 1000,
		});
	}

	#compare(): void {
		const { clock, log } = this.#deps;
		const wall = clock.date() - clock.now();
		const moved = wall - this.#wall;
		this.#wall = wall;
		if (Math.abs(moved) < NOTICEABLE_MS) return;
		this.#leap = Math.max(0, this.#leap + moved);
		const span = formatDuration(Math.abs(moved));
		const words =
			moved > 0
				? `the wall clock has leapt ${span} ahead: it was set, or the machine slept, as Vault's clock will tell`
				: `the wall clock was set back by ${span}; nothing waits for it`;
		log.write("warn", "clock", { msg: words, leap_seconds: moved / 1000 });
	}

	/** Asks until there is an answer. One that does not make time catch up says that the wall clock was set. */
	async #findOut(signal: AbortSignal): Promise<void> {
		const { clock, random, log, ask } = this.#deps;
		for (let attempt = 0; this.#leap > 0; attempt++) {
			try {
				await ask(signal);
				if (this.#leap > 0)
					log.write("info", "clock", { msg: "the wall clock was set; nothing waits for it" });
				this.#leap = 0;
			} catch (error) {
				if (signal.aborted) return;
				if (!(error instanceof AgentError)) throw error;
				await clock.sleep(backoffDelay(attempt, ASK_BACKOFF, random), signal).catch(() => undefined);
			}
		}
	}

	#catchUp(sleptMs: number): void {
		const { clock, log } = this.#deps;
		const span = formatDuration(sleptMs);
		const msg = `the machine slept for ${span}; what has come due meanwhile is done now`;
		log.write("warn", "clock", { msg, slept_seconds: sleptMs / 1000 });
		this.#leap = 0;
		clock.catchUp(sleptMs);
		this.#wall -= sleptMs;
		this.#lookedAt += sleptMs;
	}
}
