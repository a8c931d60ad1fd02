/** A name that somebody has mistyped is shorter; a longer one may be of anybody's making, and costs time. */
const LONGEST = 256;

/**
 * The candidate that a person most likely meant, for "did you mean …?".
 *
 * @returns `undefined` when nothing is close enough to be worth suggesting
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
	let best: string | undefined;
	let bestDistance = Number.POSITIVE_INFINITY;
	if (word.length > LONGEST) return undefined;
	const farthest = Math.max(1, Math.floor(word.length / 3));
	for (const candidate of candidates) {
		// A difference in length is that many slips.
		const isFar = Math.abs(candidate.length - word.length) > farthest;
		const other = isFar ? bestDistance : editDistance(word, candidate);
		const distance = plain(candidate) === plain(word) ? 0 : other;
		if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
	}
	return bestDistance <= farthest ? best : undefined;
}

/** The name without what people mix up: case, dashes, underscores, dots. */
function plain(name: string): string {
	return name.toLowerCase().replaceAll(/[-_.\s]/g, "");
}

/** Damerau-Levenshtein (optimal string alignment): a swap of neighbours counts as one slip. */
function editDistance(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const change = a[i - 1] === b[j - 1] ? 0 : 1;
			let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
			}
			row[j] = cost;
		}
		[beforeLast, last] = [last, row];
	}
	return last[b.length] ?? 0;
}
