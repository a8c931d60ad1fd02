import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoffDelay } from "./mod.ts";

const limits = fc
	.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 300_000 }))
	.map(([minMs, more]) => ({ minMs, maxMs: minMs + more }));
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("backoffDelay() stays between a tenth of the least and the cap, however often it failed", () => {
	fc.assert(
		fc.property(limits, fc.nat({ max: 5000 }), draw, (bounds, attempt, random) => {
			const delay = backoffDelay(attempt, bounds, () => random);

			expect(delay).toBeGreaterThanOrEqual(bounds.minMs / 10);
			expect(delay).toBeLessThanOrEqual(bounds.maxMs);
		}),
	);
});

test("backoffDelay() doubles its bound until the cap", () => {
	const bounds = [0, 1, 2, 3, 8, 9, 40].map((attempt) =>
		backoffDelay(attempt, { minMs: 250, maxMs: 60_000 }, () => 0.999_999),
	);

	expect(bounds).toEqual([250, 500, 1000, 2000, 60_000, 60_000, 60_000]);
});

test("backoffDelay() spreads over the whole of its bound, so that a fleet does not come back at once", () => {
	const delays = [0.01, 0.25, 0.5, 0.75].map((random) =>
		backoffDelay(20, { minMs: 250, maxMs: 60_000 }, () => random),
	);

	expect(delays).toEqual([600, 15_000, 30_000, 45_000]);
});
