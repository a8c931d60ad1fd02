import { parseArgs } from "node:util";

export interface BenchOptions {
	/** Measurements that a median is taken of. */
	readonly runs: number;
	/** Groups of rows to measure; all when empty. */
	readonly only: readonly string[];
	/** Where the numbers go as JSON as well. */
	readonly json: string | undefined;
	/** Fewer runs and shorter windows: a glance, not a measurement. */
	readonly isQuick: boolean;
}

export const USAGE = `npm run bench -- [--runs N] [--only GROUP]... [--json FILE] [--quick]

Groups: cold-start memory idle renders requests leases many rotation pass-through endurance
`;

/** @returns undefined when the usage was asked for */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
	const { values } = parseArgs({
		args: [...args],
		options: {
			runs: { type: "string" },
			only: { type: "string", multiple: true },
			json: { type: "string" },
			quick: { type: "boolean" },
			help: { type: "boolean", short: "h" },
		},
	});
	if (values.help === true) return undefined;
	const isQuick = values.quick ?? false;
	const runs = Number(values.runs ?? (isQuick ? 3 : 10));
	if (!Number.isInteger(runs) || runs < 1)
		throw new RangeError(`--runs takes a whole number, not "${values.runs}"`);
	return { runs, only: values.only ?? [], json: values.json, isQuick };
}
