/**
 * What became of new values: their child stands; it did not, and the values before it are used again, or still;
 * newer values came first; the child had already ended, or the agent does.
 */
export type TurnOverOutcome = "turned-over" | "put-back" | "superseded" | "ended";

/** Tells the one who brought new values how they did, once. */
export class Report {
	#tell: ((outcome: TurnOverOutcome) => void) | undefined;

	/** New values have been brought; resolves when their fate is known. */
	async await(): Promise<TurnOverOutcome> {
		this.settle("superseded");
		const { promise, resolve } = Promise.withResolvers<TurnOverOutcome>();
		this.#tell = resolve;
		return await promise;
	}

	settle(outcome: TurnOverOutcome): void {
		this.#tell?.(outcome);
		this.#tell = undefined;
	}
}
