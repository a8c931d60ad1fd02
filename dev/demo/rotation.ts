import { setTimeout as delay } from "node:timers/promises";
import type { AgentLog } from "./agent-log.ts";
import { DemoError } from "./demo-error.ts";
import type { Load } from "./load.ts";
import { type Measures, seconds } from "./measures.ts";
import { moments } from "./moments.ts";
import { type Canvas, picture } from "./picture.ts";
import type { Screen } from "./screen.ts";

/** Somewhere between two of the agent's looks, as with an operator who knows nothing of them. */
const ROTATE_AFTER_MS = 3500 + Math.random() * 1000;
const SERVED_WITHIN_MS = 6000;
const STAY_MS = 3500;
const FRAME_MS = 80;
/** The agent looks once a second; the picture leaves room for one look. */
const PLANNED_MS = ROTATE_AFTER_MS + 1000 + STAY_MS;

export interface RotationParts {
	readonly load: Load;
	readonly log: AgentLog;
	readonly screen: Screen;
	readonly signal: AbortSignal;
	readonly oldKey: string;
	readonly newKey: string;
	/** Writes the new key. */
	readonly rotate: () => Promise<unknown>;
	/** How the agent ended, if it has. */
	readonly ending: () => string | undefined;
}

/** Requests flow, the key is rotated, the gateway turns over; everything is taken from what was observed. */
export class Rotation {
	readonly #parts: RotationParts;
	readonly #noted = new Set<string>();
	#startedAt = 0;
	#rotatedAt: number | undefined;

	constructor(parts: RotationParts) {
		this.#parts = parts;
	}

	/** @throws DemoError when the new key is not served in time */
	async show(): Promise<Measures> {
		const { load, rotate, screen } = this.#parts;
		this.#startedAt = load.start();
		try {
			await this.#until((now) => now >= this.#startedAt + ROTATE_AFTER_MS);
			this.#rotatedAt = Date.now();
			await rotate();
			const deadline = this.#rotatedAt + SERVED_WITHIN_MS;
			await this.#until((now, { servedAt }) => servedAt !== undefined || now > deadline);
			const { servedAt, seenAt } = this.measures();
			if (servedAt === undefined) {
				const found = seenAt === undefined ? "the agent did not see it" : "the agent saw it";
				throw new DemoError(
					`the new key was not served within ${seconds(SERVED_WITHIN_MS, 0)} after it was written; ${found}`,
				);
			}
			await this.#until((now) => now >= servedAt + STAY_MS);
		} catch (error) {
			if (error instanceof DemoError) screen.say(...this.lines(this.measures(), 0));
			throw error;
		} finally {
			await load.stop();
		}
		return this.measures();
	}

	measures(): Measures {
		const { load, log, newKey } = this.#parts;
		const served = load.samples.filter(({ key }) => key === newKey).map(({ endedAt }) => endedAt);
		const rotatedAt = this.#rotatedAt;
		const seenAt = log.find("rotation", ({ at }) => rotatedAt !== undefined && at >= rotatedAt)?.at;
		return {
			startedAt: this.#startedAt,
			now: Date.now(),
			samples: load.samples,
			...(rotatedAt !== undefined && { rotatedAt }),
			...(seenAt !== undefined && { seenAt }),
			...(served.length > 0 && { servedAt: Math.min(...served) }),
		};
	}

	/** Lines of the time line. @param plannedMs how long it is expected to take; 0 when it is over */
	lines(measures: Measures, plannedMs: number): string[] {
		const { oldKey, newKey, screen } = this.#parts;
		const { paint } = screen;
		const canvas: Canvas = { columns: screen.columns(), paint, plannedMs, oldKey, newKey };
		return picture(measures, canvas);
	}

	async #until(isReached: (now: number, measures: Measures) => boolean): Promise<void> {
		const { screen, signal, ending, log } = this.#parts;
		for (;;) {
			const measures = this.measures();
			this.#note(measures);
			screen.draw(this.lines(measures, PLANNED_MS));
			this.#checkKeys();
			const how = ending();
			if (how !== undefined) throw new DemoError(`the agent ${how} in the middle of it${log.reason}`);
			if (isReached(measures.now, measures)) return;
			await delay(FRAME_MS, undefined, { signal });
		}
	}

	#checkKeys(): void {
		const { load, oldKey, newKey } = this.#parts;
		const other = load.samples.find(({ key }) => key !== undefined && key !== oldKey && key !== newKey);
		if (other) throw new DemoError(`the gateway answered with key ${other.key}, which nobody has written`);
	}

	/** Where there is no terminal, what happened is told line by line. */
	#note(measures: Measures): void {
		const { log, newKey, screen } = this.#parts;
		const fresh = moments(measures, log, newKey).filter(({ what }) => !this.#noted.has(what));
		for (const { at, what } of fresh) {
			this.#noted.add(what);
			screen.note(`  ${seconds(at - this.#startedAt).padStart(7)}  ${what}`);
		}
	}
}
