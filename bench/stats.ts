/** Something that gives one number each time it is run. */
export interface Contest {
	readonly name: string;
	readonly once: () => Promise<number>;
}

/**
 * Runs the contestants in turn (A B A B …), so that whatever else the machine does meets all alike.
 *
 * @returns the medians by name; a first round that warms the caches is not counted
 */
export async function inTurn(runs: number, contests: readonly Contest[]): Promise<Map<string, number>> {
	const values = new Map(contests.map(({ name }) => [name, [] as number[]]));
	for (let run = 0; run <= runs; run++) {
		for (const { name, once } of contests) {
			const value = await once();
			if (run > 0) values.get(name)?.push(value);
		}
	}
	return new Map([...values].map(([name, all]) => [name, median(all)]));
}

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length / 2;
	const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
	const high = sorted[Math.floor(middle)] ?? Number.NaN;
	return (low + high) / 2;
}
