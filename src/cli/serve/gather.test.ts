import { describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { Gatherer } from "./gather.ts";

const LIMITS = { quietMs: 200, longestMs: 2000 };

/** Counts the pieces of work. */
function gatherer() {
	const clock = new FakeClock();
	const stop = new AbortController();
	const gather = new Gatherer(clock, LIMITS);
	let works = 0;
	const run = async () => {
		for (;;) {
			await gather.next(stop.signal);
			works++;
		}
	};
	const running = run().catch((error: unknown) => error);
	return { clock, gather, stop, running, works: () => works };
}

describe("calls that are gathered", () => {
	test("fifty in a second make one piece of work, when they are over", async () => {
		const { clock, gather, works } = gatherer();

		for (let n = 0; n < 50; n++) {
			gather.call();
			await clock.advance(20);
		}
		expect(works()).toBe(0);
		await clock.advance(200);

		expect(works()).toBe(1);
		await clock.advance(3_600_000);
		expect(works()).toBe(1);
	});

	test("calls without end do not put the work off without end", async () => {
		const { clock, gather, works } = gatherer();

		for (let n = 0; n < 1000; n++) {
			gather.call();
			await clock.advance(100);
		}

		expect(works()).toBeGreaterThanOrEqual(45);
		expect(works()).toBeLessThanOrEqual(51);
	});

	test("one that comes while nobody waits is not lost", async () => {
		const clock = new FakeClock();
		const gather = new Gatherer(clock, LIMITS);
		gather.call();

		const next = gather.next(new AbortController().signal);
		await clock.advance(200);

		await expect(next).resolves.toBeUndefined();
	});

	test("no calls, no work, and the end ends it", async () => {
		const { clock, stop, running, works } = gatherer();
		await clock.advance(3 * 24 * 3_600_000);

		stop.abort(new Error("the end"));

		await expect(running).resolves.toMatchObject({ message: "the end" });
		expect(works()).toBe(0);
	});
});
