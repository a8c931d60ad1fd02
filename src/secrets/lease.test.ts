import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../kernel/mod.ts";
import { type Lease, leaseOf, renewed, replacementAt, withoutRenewal } from "./lease.ts";
import type { SecretView } from "./view.ts";

const HOUR = 3_600_000;
const random = () => 0.5;

function view(over: Partial<SecretView> = {}): SecretView {
	const base = { path: "database/creds/x", kind: "plain", fields: {}, data: {}, requestId: "r" } as const;
	return { ...base, leaseId: "database/creds/x/1", leaseDuration: 3600, renewable: true, ...over };
}

function lease(over: Partial<SecretView> = {}): Lease {
	const made = leaseOf(view(over), 0, random);
	if (made === undefined) throw new Error("no lease");
	return made;
}

describe("a lease", () => {
	test("is renewed at about two thirds, and replaced in time where no renewal works", () => {
		const { renewAt, replaceAt } = lease();

		expect(renewAt).toBeGreaterThanOrEqual(0.62 * HOUR);
		expect(renewAt).toBeLessThan(0.7 * HOUR);
		expect(replaceAt).toBeLessThanOrEqual(0.9 * HOUR);
		expect(replaceAt).toBeGreaterThan(0.87 * HOUR);
	});

	test("that ends with those of others is not replaced in the same moment as they", () => {
		const moments = [0, 0.5, 0.999].map((draw) => leaseOf(view(), 0, () => draw)?.replaceAt);

		expect(new Set(moments).size).toBe(3);
	});

	test("that cannot be renewed is replaced at about two thirds", () => {
		const { renewAt, replaceAt } = lease({ renewable: false });

		expect(renewAt).toBe(Number.POSITIVE_INFINITY);
		expect(replaceAt).toBeCloseTo(0.66 * HOUR, -4);
	});

	test.each([
		["clearly less than its term", { durationMs: 0.6 * HOUR, renewable: true }],
		["its term for the last time", { durationMs: HOUR, renewable: false }],
	])("that is renewed for %s is replaced next", (_how, renewal) => {
		const last = renewed(lease(), renewal, { now: HOUR / 2, random });

		expect(last).toMatchObject({ renewable: false, renewAt: Number.POSITIVE_INFINITY });
		expect(last.replaceAt).toBeLessThan(last.endsAt - HOUR / 10);
	});

	test("that is renewed for its term goes on as before", () => {
		const next = renewed(lease(), { durationMs: HOUR, renewable: true }, { now: HOUR / 2, random });

		expect(next.renewAt).toBeCloseTo(HOUR / 2 + 0.66 * HOUR, -4);
	});

	test("without an end is left alone", () => {
		const endless = lease({ leaseDuration: 0 });

		expect([endless.renewAt, endless.replaceAt, endless.endsAt]).toEqual(
			Array<number>(3).fill(Number.POSITIVE_INFINITY),
		);
	});

	test("is replaced before its token ends, unless that ends later", () => {
		const one = lease();

		expect(replacementAt(one, HOUR / 2)).toBe(HOUR / 2 - HOUR / 10);
		expect(replacementAt(one, 2 * HOUR)).toBe(one.replaceAt);
	});

	test("leaves a tenth of its term, and 30 s or a fifth of it where that is more, whatever is drawn", () => {
		const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 30 * 86_400 }),
				fc.boolean(),
				fc.tuple(draw, draw),
				(seconds, renewable, [a, b]) => {
					const first = leaseOf(view({ leaseDuration: seconds, renewable }), 0, () => a);
					if (first === undefined) throw new Error("no lease");
					const rest = Math.min(first.renewAt, first.replaceAt);
					const next = withoutRenewal(first, { now: rest / 2, random: () => b });

					for (const { endsAt, replaceAt, termMs } of [first, next]) {
						const least = Math.max(termMs / 10, Math.min(30_000, termMs / 5));
						expect(endsAt - replaceAt).toBeGreaterThanOrEqual(least - 1);
					}
					expect(first.renewAt === Number.POSITIVE_INFINITY || first.renewAt < first.replaceAt).toBe(true);
				},
			),
		);
	});

	test("belongs to the token that it was given to", () => {
		const holder = new Secret("t1");

		expect(lease({ holder }).holder).toBe(holder);
		expect(leaseOf(view({ leaseId: "" }), 0, random)).toBeUndefined();
	});
});
