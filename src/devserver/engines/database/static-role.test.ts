import * as fc from "fast-check";
import { expect, test } from "vitest";
import { afterRotations, describeStaticCredentials } from "./static-role.ts";

const ROTATED_AT = Date.UTC(2026, 0, 1);

function staticRole(periodSeconds: number) {
	const terms = { dbName: "db", username: "fixed", periodSeconds, statements: [] };
	return { ...terms, password: "old", rotatedAt: ROTATED_AT };
}

test("afterRotations() keeps the password until the period is over, and the beat after it", () => {
	const role = staticRole(60);
	const at = (ms: number) => afterRotations(role, ROTATED_AT + ms, () => "new");

	const states = [0, 59_999, 60_000, 119_999, 150_000].map((ms) => at(ms));

	expect(states.map(({ password }) => password)).toEqual(["old", "old", "new", "new", "new"]);
	expect(states.map(({ rotatedAt }) => rotatedAt - ROTATED_AT)).toEqual([0, 0, 60_000, 60_000, 120_000]);
});

test("a static password is never shown past its period", () => {
	const seconds = fc.integer({ min: 5, max: 10_000_000 });
	fc.assert(
		fc.property(seconds, fc.nat(10_000_000_000), (period, ms) => {
			const now = ROTATED_AT + ms;
			const role = afterRotations(staticRole(period), now, () => "new");

			expect(now).toBeGreaterThanOrEqual(role.rotatedAt);
			expect(now).toBeLessThan(role.rotatedAt + period * 1000);
			expect((role.rotatedAt - ROTATED_AT) % (period * 1000)).toBe(0);
		}),
	);
});

test("describeStaticCredentials() counts down to the next rotation", () => {
	const role = staticRole(3600);

	const left = [0, 7700, 3_599_000].map((ms) => describeStaticCredentials(role, ROTATED_AT + ms)["ttl"]);

	expect(left).toEqual([3600, 3592, 1]);
});
