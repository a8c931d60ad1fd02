import type { Clock, ProgramClock } from "../../src/kernel/mod.ts";

interface Sleeper {
	readonly at: number;
	readonly wake: () => void;
}

/** A clock that stands still until `advance()`; it records what was asked of it. */
export class FakeClock implements ProgramClock {
	readonly sleeps: number[] = [];
	/** What time it is for everybody else: a server's clock, say. No wall clock that is set wrong here changes it. */
	readonly outside: Clock = {
		now: () => this.#now + this.#missed,
		date: () => this.#now + this.#missed,
		sleep: (ms, signal) => this.sleep(ms, signal),
	};
	#now: number;
	/** What the wall clock says beyond steady time. */
	#ahead = 0;
	/** Time that has passed uncounted. */
	#missed = 0;
	readonly #waiting = new Set<Sleeper>();
	readonly #settled: () => Promise<void>;

	/** @param settled waits until nothing is under way that time must not overtake */
	constructor(start = 0, settled: () => Promise<void> = settle) {
		this.#now = start;
		this.#settled = settled;
	}

	now(): number {
		return this.#now;
	}

	date(): number {
		return this.#now + this.#ahead;
	}

	async sleep(ms: number, signal: AbortSignal): Promise<void> {
		signal.throwIfAborted();
		this.sleeps.push(ms);
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const sleeper = { at: this.#now + ms, wake: resolve };
		this.#waiting.add(sleeper);
		const abort = () => {
			this.#waiting.delete(sleeper);
			reject(signal.reason as Error);
		};
		signal.addEventListener("abort", abort, { once: true });
		await promise.finally(() => signal.removeEventListener("abort", abort));
	}

	catchUp(ms: number): void {
		this.#now += ms;
		this.#ahead -= ms;
		this.#missed -= ms;
	}

	/** Somebody sets the wall clock. */
	setWall(ms: number): void {
		this.#ahead += ms;
	}

	/** The machine sleeps: time passes for all others, and the wall clock knows of it afterwards. */
	suspend(ms: number): void {
		this.#missed += ms;
		this.#ahead += ms;
	}

	/** The process is stopped: time passes, and nobody wakes before it goes on. */
	stop(ms: number): void {
		this.#now += ms;
	}

	/** Moves time forward and wakes, in order, everyone whose moment has come. */
	async advance(ms: number): Promise<void> {
		let end = this.#now + ms;
		for (;;) {
			const before = this.#now;
			await this.#settled();
			end += this.#now - before; // time was caught up with
			const next = this.#next(end);
			if (next === undefined) break;
			this.#now = Math.max(this.#now, next.at);
			this.#waiting.delete(next);
			next.wake();
		}
		this.#now = end;
		await this.#settled();
	}

	#next(end: number): Sleeper | undefined {
		let next: Sleeper | undefined;
		for (const sleeper of this.#waiting)
			if (sleeper.at <= end && sleeper.at < (next?.at ?? Number.POSITIVE_INFINITY)) next = sleeper;
		return next;
	}
}

/** Lets every promise that is already decided run its course. */
async function settle(): Promise<void> {
	for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
