import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { programClock } from "./clock.ts";

const DAY = 24 * 3_600_000;
const { signal } = new AbortController();

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

test.each([DAY, -DAY])("steady time knows nothing of a wall clock that is set by %i ms", (step) => {
	const clock = programClock();
	const [steady, wall] = [clock.now(), clock.date()];

	vi.setSystemTime(wall + step);

	expect(clock.date()).toBe(wall + step);
	expect(clock.now() - steady).toBeLessThan(1000);
	expect(clock.now()).toBeGreaterThanOrEqual(steady);
});

test("steady time begins with what the wall clock says", () => {
	const clock = programClock();

	expect(Math.abs(clock.now() - clock.date())).toBeLessThan(1000);
});

test("who has slept long enough wakes when time is caught up with, and nobody else", async () => {
	const clock = programClock();
	const woken: string[] = [];
	const over = new AbortController();
	const hour = clock.sleep(3_600_000, signal).then(() => woken.push("hour"));
	const day = clock.sleep(DAY, over.signal).then(
		() => woken.push("day"),
		(reason: unknown) => woken.push(String(reason)),
	);

	clock.catchUp(2 * 3_600_000);
	await hour;
	over.abort("over");
	await day;

	expect(woken).toEqual(["hour", "over"]);
});

test("a sleep ends no sooner than asked, and at once with the reason of its signal", async () => {
	const clock = programClock();
	const from = clock.now();
	const reason = new Error("enough");

	await clock.sleep(20, signal);

	expect(clock.now() - from).toBeGreaterThanOrEqual(20);
	await expect(clock.sleep(DAY, AbortSignal.abort(reason))).rejects.toBe(reason);
});
