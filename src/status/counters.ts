import { BUCKETS, type CounterName, type HistogramName, type LabelsOf } from "./metric-table.ts";

/** Where something happens, it is counted: an addition, no text is made. */
export interface Counters {
	/** @param by default 1 */
	add<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void;
	observe(name: HistogramName, seconds: number): void;
}

interface Count {
	readonly name: CounterName;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** Observations that fell into one bucket; as often as `count` says, their `mean` makes the same sum. */
interface Times {
	readonly name: HistogramName;
	readonly count: number;
	readonly mean: number;
}

/** The counters together with what has been counted. */
export interface Tally extends Counters {
	readonly counts: () => readonly Count[];
	/** What was observed since the last call: it is told once. */
	readonly takeTimes: () => readonly Times[];
}

/** Counts from zero. */
export function createTally(): Tally {
	const counts = new Map<string, Count>();
	let times = new Map<string, Times>();
	return {
		add: (name, labels, by = 1) => {
			const key = JSON.stringify([name, labels]);
			counts.set(key, { name, labels, value: (counts.get(key)?.value ?? 0) + by });
		},
		observe: (name, seconds) => {
			const key = `${name} ${BUCKETS.findIndex((bound) => seconds <= bound)}`;
			const { count, mean } = times.get(key) ?? { count: 0, mean: 0 };
			times.set(key, { name, count: count + 1, mean: (mean * count + seconds) / (count + 1) });
		},
		counts: () => [...counts.values()],
		takeTimes: () => {
			const taken = [...times.values()];
			times = new Map();
			return taken;
		},
	};
}
