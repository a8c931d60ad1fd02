/** First pause between two words about the same fault, in milliseconds; each further one is twice as long. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/**
 * When something that stays wrong is told: at once, after a minute, then ever more seldom. Another kind of fault is told
 * at once, but only the first time: one that comes and goes is no news.
 */
export class Reminder {
	readonly #told = new Set<string>();
	#pauseMs = FIRST_PAUSE_MS;
	#nextAt = Number.NEGATIVE_INFINITY;

	/**
	 * Whether it is to be told now; who asks tells.
	 *
	 * @param kind what is wrong, such as the code of an error
	 * @param now milliseconds of steady time
	 */
	isDue(kind: string, now: number): boolean {
		const isDue = now >= this.#nextAt;
		if (!isDue && this.#told.has(kind)) return false;
		this.#told.add(kind);
		if (isDue) {
			this.#nextAt = now + this.#pauseMs;
			this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
		}
		return true;
	}
}
