import type { LookupFunction } from "node:net";

type Answer = Parameters<Parameters<LookupFunction>[2]>;

/**
 * Asks once for all who want the same name at the same time. The system's own look-up cannot be called back, and holds
 * a thread for as long as the name service is silent: tries that have long been given up must not queue there.
 */
export function sharedLookup(lookup: LookupFunction): LookupFunction {
	const waiting = new Map<string, Parameters<LookupFunction>[2][]>();
	return (host, options, done) => {
		const key = JSON.stringify([host, options.family, options.hints, options.all]);
		const others = waiting.get(key);
		if (others !== undefined) {
			others.push(done);
			return;
		}
		const all = [done];
		waiting.set(key, all);
		lookup(host, options, (...answer: Answer) => {
			waiting.delete(key);
			for (const tell of all) tell(...answer);
		});
	};
}

/** The system's, which is loaded where there is a name to look up. */
export const systemLookup: LookupFunction = (host, options, done) => {
	process.getBuiltinModule("node:dns").lookup(host, options, done);
};
